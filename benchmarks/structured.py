"""The type into which all columns parse structured answers. A module of its own, because it imports pydantic."""

from pydantic import BaseModel


class Item(BaseModel):
    name: str
    price: float
    tags: list[str]
    description: str


class Cart(BaseModel):
    items: list[Item]
