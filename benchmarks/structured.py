"""The type that answers are parsed into, in every column. Loaded only where it is measured: it needs pydantic."""

from pydantic import BaseModel


class Item(BaseModel):
    name: str
    price: float
    tags: list[str]
    description: str


class Cart(BaseModel):
    items: list[Item]
