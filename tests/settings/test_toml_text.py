"""Tables as TOML text: the standard library's reader reads them back."""

import tomllib
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from appliance.settings.toml_text import toml_text

KEYS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.dates(date(1, 1, 1))
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_what_is_written_is_read_again(tables):
    assert tomllib.loads(toml_text(tables)) == tables


def test_a_plain_file_is_written_as_a_person_writes_it():
    assert toml_text({"language": "nb", "hour": {"limit_kw": 5, "at": time(22, 0)}}) == (
        'language = "nb"\n\n[hour]\nlimit_kw = 5\nat = 22:00:00\n'
    )
