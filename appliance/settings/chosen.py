"""The settings file's settings, with what was chosen on the panel over them; and the file's in the choices' terms."""

from typing import Literal

from msgspec.structs import replace

from appliance.settings.choices import Choices, InFile
from appliance.settings.model import (
    DisplaySettings,
    GridSettings,
    PowerSettings,
    Settings,
    StepSettings,
    TariffSettings,
)
from appliance.tariffs import company


def with_choices(settings: Settings, choices: Choices) -> Settings:
    """Return the settings with what was chosen over them; settings that were not chosen are unchanged."""
    hour, phases, display, sound = settings.hour, settings.phases, settings.display, settings.sound
    if choices.limit_kw is not None:
        hour = replace(hour, limit_kw=_number(choices.limit_kw), alarm=hour.alarm and choices.limit_kw != "off")
    if choices.fuse_a is not None:
        phases = replace(phases, fuse_a=_number(choices.fuse_a))
    if choices.brightness is not None:
        display = _brightened(display, choices.brightness)
    if choices.large is not None:
        display = replace(display, large=choices.large)
    if choices.volume is not None:
        sound = replace(sound, volume=choices.volume)
    grid, power = settings.grid, settings.power
    if choices.country is not None:
        grid = GridSettings(country=choices.country, customer=grid.customer)
    if choices.company is not None:
        known = company(choices.company) is not None  # a company of an older program's tables may be gone
        grid = replace(grid, company=choices.company if known else None)
    if choices.customer is not None:
        grid = replace(grid, customer=choices.customer)
    if choices.power is not None:
        power = PowerSettings(price=choices.power, markup_ore=power.markup_ore)
    return replace(
        settings,
        language=choices.language or settings.language,
        grid=grid,
        power=power,
        hour=hour,
        phases=phases,
        display=display,
        sound=sound,
        tariff=settings.tariff
        if choices.tariff is None
        else tuple(_with_basis(choices.tariff, table) for table in settings.tariff),
    )


def in_file(settings: Settings) -> InFile:
    """Return what the settings say of all that can be chosen, and what of it is not the default."""
    own, default = as_choices(settings), as_choices(Settings())
    said = {name for name in own.__struct_fields__ if getattr(own, name) != getattr(default, name)}
    return InFile(own, frozenset(said | ({"tariff"} if settings.tariff != Settings().tariff else set())))


def as_choices(settings: Settings) -> Choices:
    """Return what the settings say of all that can be chosen; of several tables of a tariff, the last one's basis."""
    hour = settings.hour
    limit_kw: float | Literal["none", "off"] = "none" if hour.limit_kw is None else hour.limit_kw
    return Choices(
        limit_kw=limit_kw if hour.alarm else "off",
        fuse_a="none" if settings.phases.fuse_a is None else settings.phases.fuse_a,
        tariff=settings.tariff[-1].basis if settings.tariff else "none",
        country=settings.grid.country,
        company=settings.grid.company or "none",
        customer=settings.grid.customer,
        power="none" if settings.power.price == "fixed" else settings.power.price,
        brightness=max(1, round(100 * settings.display.contrast / 255)),
        language=settings.language,
        large=settings.display.large,
        volume=settings.sound.volume,
    )


def _number(chosen: float | str) -> float | None:
    return None if isinstance(chosen, str) else chosen


def _brightened(display: DisplaySettings, percent: int) -> DisplaySettings:
    """Return the display's settings with this brightness after a key, and the dimmed ones in the same proportion."""
    contrast = round(255 * percent / 100)
    share = contrast / max(1, display.contrast)
    return replace(
        display,
        contrast=contrast,
        idle_contrast=min(contrast, round(display.idle_contrast * share)),
        night_contrast=min(contrast, round(display.night_contrast * share)),
    )


def _with_basis(basis: Literal["highest-days", "fuse", "none"], table: TariffSettings) -> TariffSettings:
    """Return a table with another basis, and with its own steps only if they are in the same unit."""
    if basis == table.basis or basis == "none":
        return replace(table, basis=basis)
    if basis == "fuse":
        return replace(table, basis=basis, steps=(StepSettings(),))
    return replace(table, basis=basis, steps=TariffSettings().steps if table.basis == "fuse" else table.steps)
