"""What a replay's broker would have been told, as lines of a file; nothing is sent, and no MQTT library is needed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from appliance.household.situation import Situation
from appliance.links.identity import Identity
from appliance.links.link import Context
from appliance.links.messages import Messages
from appliance.service.links import context_of
from appliance.service.outputs import Output
from appliance.settings.choices import Choices
from appliance.settings.model import MqttSettings
from appliance.settings.policies import Policies
from appliance.system.timebase import Timebase


class RecordedMessages(Output):
    """Writes each message with its time, in the place of a broker that is always there."""

    name = "messages"

    def __init__(self, file: TextIO, settings: MqttSettings, timebase: Timebase, folder: Path | None) -> None:
        """Write to `file`; the appliance's name is kept in `folder`."""
        self._file = file
        self._settings = settings
        self._timebase = timebase
        self._identity = Identity(folder)
        self._messages: Messages | None = None
        self._is_over: Callable[[], bool] = lambda: False

    def begin(self, context: Context, is_over: Callable[[], bool]) -> None:
        """Begin with these words, and write until the recording `is_over`: the silence after it is not in it."""
        self._is_over = is_over
        self._messages = Messages(self._settings, self._identity, context)

    def apply(self, policies: Policies, choices: Choices) -> None:  # noqa: ARG002 - the policies have the choices
        """Speak by other words, and tell of another limit, from now on."""
        if self._messages is not None:
            self._messages.apply(context_of(policies))

    def show(self, situation: Situation) -> None:
        """Write what is due with a situation."""
        if self._messages is None or self._is_over():
            return
        now, local = self._timebase.now(), situation.local_time
        for message in self._messages.due(situation, now):
            line = {
                "t": round(now, 6),
                "time": None if local is None else local.isoformat(timespec="milliseconds"),
                "topic": message.topic,
                "payload": message.payload.decode(),
                "retain": message.retain,
            }
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if self._identity.is_new:
            self._identity.keep()
