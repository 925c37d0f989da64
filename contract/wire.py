"""The base of every wire model: frozen, and what it does not know it keeps."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """Fields have their names on the wire; where those are not Python names, an alias says so."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, ser_json_inf_nan="null")
