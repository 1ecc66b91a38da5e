"""The settings file's settings, with what was chosen on the panel over them."""

from typing import Literal

from msgspec.structs import replace

from appliance.settings.choices import Choices
from appliance.settings.model import DisplaySettings, Settings, StepSettings, TariffSettings


def with_choices(settings: Settings, choices: Choices) -> Settings:
    """Return the settings with what was chosen over them; settings that were not chosen are unchanged."""
    hour, phases, display = settings.hour, settings.phases, settings.display
    if choices.limit_kw is not None:
        hour = replace(hour, limit_kw=_number(choices.limit_kw))
    if choices.fuse_a is not None:
        phases = replace(phases, fuse_a=_number(choices.fuse_a))
    if choices.brightness is not None:
        display = _brightened(display, choices.brightness)
    if choices.large is not None:
        display = replace(display, large=choices.large)
    return replace(
        settings,
        language=choices.language or settings.language,
        hour=hour,
        phases=phases,
        display=display,
        tariff=settings.tariff
        if choices.tariff is None
        else tuple(_with_basis(choices.tariff, table) for table in settings.tariff),
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
