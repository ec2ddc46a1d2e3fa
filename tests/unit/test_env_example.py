"""`.env.example` and the settings classes say the same, both ways."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from qna.configuration import (
    SETTINGS_MODULES,
    Variable,
    list_settings_classes,
    list_variables,
    render_env_example,
    write_value,
)
from qna.settings import QnaSettings
from service.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
CLASSES = list_settings_classes()


def listed_variables() -> list[tuple[str, str]]:
    return re.findall(r"^# ([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE, re.MULTILINE)


def read_variables() -> list[Variable]:
    return [variable for each in CLASSES for variable in list_variables(each)]


def test_the_file_is_what_the_classes_make_of_it() -> None:
    assert render_env_example() == EXAMPLE, "write it anew: python -m qna.configuration > .env.example"


def test_every_variable_of_the_file_is_read_and_every_one_that_is_read_is_in_the_file() -> None:
    assert {name for name, _ in listed_variables()} == {variable.name for variable in read_variables()}


def test_no_variable_is_listed_twice() -> None:
    names = [name for name, _ in listed_variables()]
    assert len(names) == len(set(names))


def test_processes_that_read_the_same_variable_have_the_same_default() -> None:
    assert {(variable.name, variable.default) for variable in read_variables()} == set(listed_variables())


def test_every_settings_module_of_the_project_is_known() -> None:
    modules = [*ROOT.glob("[a-z]*/**/settings.py"), *ROOT.glob("[a-z]*/**/settings/__init__.py")]
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules
        if "tests" not in path.parts
    }
    assert found == set(SETTINGS_MODULES)


@pytest.mark.parametrize("settings_class", CLASSES, ids=lambda each: each.__name__)
def test_every_setting_has_a_sentence_and_a_default(settings_class: type[ServiceSettings]) -> None:
    for name, field in settings_class.model_fields.items():
        assert (field.description or "").endswith("."), name
        assert field.get_default(call_default_factory=True, validated_data={}) is not PydanticUndefined, name


def test_uncommenting_a_line_gives_the_default(tmp_path: Path) -> None:
    example = tmp_path / "env"
    example.write_text(re.sub(r"^# (?=[A-Z][A-Z0-9_]*=)", "", EXAMPLE, flags=re.MULTILINE))
    for settings_class in CLASSES:
        uncommented = settings_class(_env_file=example)
        defaults = settings_class(_env_file=None)
        for name in settings_class.model_fields:
            assert write_value(getattr(uncommented, name)) == write_value(getattr(defaults, name)), name


def test_a_line_of_an_env_file_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_SERVER_PORT", "FINANCIAL_MCP_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "env").write_text("API_SERVER_PORT=9000\nFINANCIAL_MCP_URL=http://localhost:9003\n")
    settings = QnaSettings(_env_file=tmp_path / "env")
    assert settings.api_server_port == 9000
    assert str(settings.financial_mcp_url) == "http://localhost:9003/"
