"""The panel's words, in the languages of the people who read it.

Words before codes, and the likely reason with them: who reads the panel did not install it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.household.situation import Rule


@dataclass(frozen=True, slots=True)
class Words:
    """All that the panel says in one language."""

    decimal_mark: str
    from_grid: str
    to_grid: str
    watch: str
    """The load is over the yellow threshold."""
    act: str
    """Something asks to act."""
    alarms: Mapping[Rule, str]
    """What else asks for a look, with a place for the phase."""
    no_signal: str
    waiting: str
    waiting_advice: str
    silent: str
    """With a place for how long."""
    silent_advice: str
    no_port: str
    no_port_advice: str
    phases: str
    line_to_line: str
    """The phases' voltages are between phases."""

    def say(self, text: str, **values: object) -> str:
        """An English text in this language, with its values put in."""
        return text.format(**values)


WORDS: Mapping[str, Words] = {
    "nb": Words(
        decimal_mark=",",
        from_grid="Fra nettet",
        to_grid="Til nettet",
        watch="Høyt forbruk",
        act="Skru av noe!",
        alarms={
            Rule.HOUR: "Dyr time",
            Rule.PHASE: "Høy strøm L{}",
            Rule.VOLTAGE: "Spenning L{}",
            Rule.EXPORT: "Mye eksport",
        },
        no_signal="Ingen måling",
        waiting="Venter på måleren",
        waiting_advice="Har nettselskapet åpnet HAN-porten?",
        silent="Stille i {}",
        silent_advice="Er ledningen til måleren løs?",
        no_port="Ingen serieport",
        no_port_advice="Er HAN-adapteren koblet til?",
        phases="Faser",
        line_to_line="Mellom faser",
    ),
    "en": Words(
        decimal_mark=".",
        from_grid="From grid",
        to_grid="To grid",
        watch="High load",
        act="Switch off!",
        alarms={
            Rule.HOUR: "Costly hour",
            Rule.PHASE: "High amps L{}",
            Rule.VOLTAGE: "Voltage L{}",
            Rule.EXPORT: "High export",
        },
        no_signal="No reading",
        waiting="Waiting for meter",
        waiting_advice="Has the grid company opened the port?",
        silent="Silent for {}",
        silent_advice="Is the meter's lead loose?",
        no_port="No serial port",
        no_port_advice="Is the HAN adapter plugged in?",
        phases="Phases",
        line_to_line="Between phases",
    ),
    "sv": Words(
        decimal_mark=",",
        from_grid="Från nätet",
        to_grid="Till nätet",
        watch="Hög last",
        act="Stäng av något!",
        alarms={
            Rule.HOUR: "Dyr timme",
            Rule.PHASE: "Hög ström L{}",
            Rule.VOLTAGE: "Spänning L{}",
            Rule.EXPORT: "Mycket export",
        },
        no_signal="Ingen mätning",
        waiting="Väntar på mätaren",
        waiting_advice="Har elnätsbolaget öppnat HAN-porten?",
        silent="Tyst i {}",
        silent_advice="Sitter kabeln till mätaren löst?",
        no_port="Ingen serieport",
        no_port_advice="Är HAN-adaptern inkopplad?",
        phases="Faser",
        line_to_line="Mellan faser",
    ),
}
"""By the settings' language."""
