"""The questions of a first start, as a pure state machine: what the household has to say before all is true for it.

Language, main fuse, goal, sound, country, grid company and price, and whether the grid company has opened the port. A
goes to the next answer, B takes the one that is shown. Of the grid companies they are ranges of the alphabet first; the
last is one company with its prices, which A leaves for all of them. How long a key is held makes no difference, for
nobody has learnt that yet. Nothing is chosen
before the last answer: a power cut in between begins anew. Who presses no key for `PAUSE_S` has what was answered, and
for the rest what the settings say. How it looks is `setup_page`'s.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from appliance.household.situation import Situation
from appliance.panel.company_choice import NOTHING, Span, parts
from appliance.panel.keys import Key, Press
from appliance.panel.menu import VALUES, Row
from appliance.settings.choices import Choices, InFile
from appliance.tariffs import Company

PAUSE_S = 120.0
"""The questions end when no key was pressed for this long."""


class Question(Enum):
    """What is asked, in this order."""

    LANGUAGE = "language"
    FUSE = "fuse"
    GOAL = "goal"
    SOUND = "sound"
    COUNTRY = "country"
    COMPANY = "company"
    """In Norway alone, and where the settings have no prices of their own."""
    PRICE = "price"
    """Of the power; likewise."""
    PORT = "port"
    """Nothing to choose: what to ask of the grid company. It comes where no list has."""


FIELDS = {
    Question.LANGUAGE: "language",
    Question.FUSE: "fuse_a",
    Question.GOAL: "limit_kw",
    Question.SOUND: "volume",
    Question.COUNTRY: "country",
    Question.COMPANY: "company",
    Question.PRICE: "power",
}
"""The choice that a question is about."""
FUSES_A = (*map(float, (25, 32, 35, 40, 50, 63, 80)), None)
"""`None` is "I do not know"."""
COUNTRIES = ("NO", "SE")
NO_COMPANY = "none"
"""None of those that are known."""
NO_PRICE = "none"
"""None that is known without a network."""
PRICES = ("norgespris", NO_PRICE)
GRID_QUESTIONS = (Question.COUNTRY, Question.COMPANY, Question.PRICE)
"""What is asked when the grid company is chosen in the menu."""
KEEP_THE_STEP, NO_GOAL = "none", "off"
"""As the choice has it: no limit of its own, and no alarm of the hour."""
GOALS = (KEEP_THE_STEP, 5.0, 10.0, 15.0, NO_GOAL)
WITH_STEPS = "highest-days"
"""The tariff in which an hour counts; in any other no limit of the hour is looked at."""
VOLUMES = ("low", "high", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A place among the questions."""

    questions: tuple[Question, ...]
    """Those still to be answered; the first is asked, and without one all is over."""
    count: int
    """Of the questions from the first on, without that for the port."""
    place: int = 0
    """Of the answer that is shown."""
    choices: Choices
    """Those that were there, with the answers so far over them."""
    in_file: InFile
    since_s: float
    """When the first question came, or was last covered by what came in front, on the monotonic clock."""
    again: bool
    """It was asked for in the menu, and can be left."""
    companies: tuple[Company, ...] = ()
    """In the order of the alphabet."""
    span: Span = NOTHING
    """Of the companies, those that are left to choose from."""

    @property
    def question(self) -> Question | None:
        """What is asked at present; `None` when all is over."""
        return self.questions[0] if self.questions else None

    @property
    def number(self) -> int:
        """Which question this is, from 1 to `count`."""
        return self.count - len(self.questions) + 2

    @property
    def answers(self) -> tuple[Any, ...]:
        """What can be answered."""
        match self.question:
            case Question.LANGUAGE:
                return VALUES[Row.LANGUAGE][1:]
            case Question.COUNTRY:
                return COUNTRIES
            case Question.COMPANY:
                if self.span.is_one:
                    return (self.companies[self.span.first].id,)
                is_all = self.span == Span(0, len(self.companies))
                return (*parts(self.span), NO_COMPANY) if is_all else parts(self.span)
            case Question.PRICE:
                return PRICES
            case Question.FUSE:
                return FUSES_A
            case Question.GOAL:
                return GOALS if self._tariff == WITH_STEPS else (NO_GOAL,)
            case Question.SOUND:
                return VOLUMES
            case Question.PORT | None:
                return ()

    @property
    def answer(self) -> Any:
        """The answer that is shown."""
        return self.answers[self.place] if self.answers else None

    @property
    def language(self) -> str:
        """The language to ask in: the one that is shown as an answer, or the one in force."""
        if self.question is Question.LANGUAGE:
            return str(self.answer)
        return self.choices.language or self.in_file.choices.language or "nb"

    @property
    def in_sweden(self) -> bool:
        """Whether the steps of the defaults, which are Norway's, do not count: Swedish companies charge by the kW."""
        if {"tariff", "company"} & self.in_file.said:
            return False
        return (self.choices.country or self.in_file.choices.country or _country_of(self.language)) == "SE"

    @property
    def _tariff(self) -> str:
        """What the tariff will go by."""
        return self.choices.tariff or ("none" if self.in_sweden else self.in_file.choices.tariff or WITH_STEPS)


def begin(
    choices: Choices,
    in_file: InFile,
    now_s: float,
    *,
    again: bool = False,
    only: Collection[Question] = tuple(Question),
    companies: tuple[Company, ...] = (),
) -> Setup | None:
    """Return the first question; `None` where the settings file says all that would be asked.

    When it is asked `again`, it is all that is asked, or `only` some of it.
    """
    asked = [question for question in FIELDS if question in only and (again or FIELDS[question] not in in_file.said)]
    if "tariff" in in_file.said:
        asked = [question for question in asked if question not in GRID_QUESTIONS]
    if not companies:
        asked = [question for question in asked if question is not Question.COMPANY]
    if not asked:
        return None
    port = (Question.PORT,) if Question.PORT in only else ()
    return _opened(
        Setup(
            questions=(*asked, *port),
            count=len(asked),
            choices=choices,
            in_file=in_file,
            since_s=now_s,
            again=again,
            companies=companies,
            span=Span(0, len(companies)),
        )
    )


def pressed(setup: Setup, press: Press, situation: Situation | None) -> Setup:
    """Return what comes after a press, long or short; without a question all is over, and the `choices` hold."""
    if setup.question in (Question.PORT, None):
        return ended(setup)
    answer = setup.answer
    if press.key is Key.A:
        if setup.question is Question.COMPANY and setup.span.is_one:
            return replace(setup, span=Span(0, len(setup.companies)), place=0)
        return replace(setup, place=(setup.place + 1) % len(setup.answers))
    if isinstance(answer, Span):
        return replace(setup, span=answer, place=0)
    answered = replace(setup, choices=_answered(setup))
    return seen(_opened(replace(answered, questions=_after(answered))), situation)


def seen(setup: Setup, situation: Situation | None) -> Setup:
    """Return the same, but over if nothing is left to ask but the port, and a list has come through it."""
    has_list = situation is not None and situation.line.readings > 0
    return ended(setup) if setup.question is Question.PORT and has_list else setup


def ended(setup: Setup) -> Setup:
    """Return the end, with what was answered. The rest stays as it is."""
    return replace(setup, questions=())


def _country_of(language: str) -> str:
    """Return the country that a language is spoken in, where nobody has said another."""
    return "SE" if language == "sv" else "NO"


def _after(setup: Setup) -> tuple[Question, ...]:
    """Return the questions after the present one; of Norway's companies none is asked in Sweden."""
    after = setup.questions[1:]
    if setup.question is not Question.COUNTRY or setup.choices.country == "NO":
        return after
    return tuple(question for question in after if question not in (Question.COMPANY, Question.PRICE))


def _opened(setup: Setup) -> Setup:
    """Return the setup at the answer that is in force, or the first where that is none of those offered."""
    in_force = None
    if setup.question in FIELDS:
        field = FIELDS[setup.question]
        in_force = getattr(setup.choices, field) or getattr(setup.in_file.choices, field)
    if setup.question is Question.COUNTRY and in_force is None:
        in_force = _country_of(setup.language)
    # Who only presses B has no company and no price rather than wrong ones.
    if setup.question is Question.COMPANY:
        in_force = NO_COMPANY
    if setup.question is Question.PRICE:
        in_force = in_force or NO_PRICE
    is_offered = in_force is not None and in_force in setup.answers
    return replace(setup, place=setup.answers.index(in_force) if is_offered else 0)


def _answered(setup: Setup) -> Choices:
    """Return the choices with the answer that is shown."""
    if setup.question is None or setup.question not in FIELDS:
        return setup.choices
    choices = msgspec.structs.replace(setup.choices, **{FIELDS[setup.question]: setup.answer})
    if setup.question is Question.COUNTRY and setup.answer == "SE":
        return msgspec.structs.replace(choices, company=None, power=None)
    if setup.question is Question.COUNTRY and setup.in_sweden and setup.choices.limit_kw == NO_GOAL:
        choices = msgspec.structs.replace(choices, limit_kw=None)  # it was the only answer for a Swedish panel
    if setup.question is Question.COUNTRY or setup.question is Question.COMPANY:
        return msgspec.structs.replace(choices, tariff=None)  # it was chosen for another one
    return choices
