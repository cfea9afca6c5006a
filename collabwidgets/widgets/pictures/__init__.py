"""Pictures: what the widgets show, drawn by matplotlib into files. Findings in, PNG or SVG out."""

from .bars import neighbors_picture, ranking_picture
from .loss import loss_picture
from .map import map_picture
from .paper import LOOKS, Picture, save
from .sheet import note_picture, sheet_picture

__all__ = [
    "LOOKS",
    "Picture",
    "loss_picture",
    "map_picture",
    "neighbors_picture",
    "note_picture",
    "ranking_picture",
    "save",
    "sheet_picture",
]
