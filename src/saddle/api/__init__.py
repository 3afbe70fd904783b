"""The library's front door: `GAN`, and the functions around it."""

from saddle.api.around import evaluate, folder_of, load
from saddle.api.gan import GAN

__all__ = ["GAN", "evaluate", "folder_of", "load"]
