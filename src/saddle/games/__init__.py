"""Games: who plays, and for what. A game is a list of duels and tethers.

| game | needs | duels: real / fake | tethers |
|---|---|---|---|
| gan | x | (x) / (G(z)) | features |
| conditional | x, given | (x, c) / (G(z, c), c) | reconstruction, where x and c belong together; \
auxiliary class |
| semi-supervised | x, given | (x) / (G(z)) | class of the labelled rows; features |
| bigan | x | (x, E(x)) / (G(z), z) | |
| infogan | x | (x) / (G(z, c)) | mutual information of c and G(z, c); features |
| aae | x | (z) / (E(x)) | reconstruction |
| cycle | a, b | (b) / (G(a)); (a) / (F(b)), with past fakes | cycle; identity |
| align | a, b | (b) / (T_b T_a^-1 a); (a) / (T_a T_b^-1 b) | -log p(a), -log p(b) |
"""

from saddle.catalogue import Catalogue
from saddle.games.aae import Autoencoder
from saddle.games.align import Align
from saddle.games.augment import VIEWS, Sight
from saddle.games.base import Batch, Game, Player, Tether
from saddle.games.bench import Bench
from saddle.games.bigan import BiGan
from saddle.games.conditional import Conditional
from saddle.games.cycle import Cycle
from saddle.games.duel import DirectDuel, Duel, Scene, Terms, View
from saddle.games.gan import Gan
from saddle.games.infogan import Codes, InfoGan
from saddle.games.noise import NOISES, Noise
from saddle.games.seats import Stakes, make_duel
from saddle.games.semi import SemiSupervised
from saddle.games.streams import Purpose, Streams

GAMES: Catalogue[type[Game]] = Catalogue(
    "game",
    {
        "gan": Gan,
        "conditional": Conditional,
        "semi-supervised": SemiSupervised,
        "bigan": BiGan,
        "infogan": InfoGan,
        "aae": Autoencoder,
        "cycle": Cycle,
        "align": Align,
    },
)
"""Every game by name. Where none is asked for, the first that needs what the source gives."""

__all__ = [
    "GAMES",
    "NOISES",
    "VIEWS",
    "Align",
    "Autoencoder",
    "Batch",
    "Bench",
    "BiGan",
    "Codes",
    "Conditional",
    "Cycle",
    "DirectDuel",
    "Duel",
    "Game",
    "Gan",
    "InfoGan",
    "Noise",
    "Player",
    "Purpose",
    "Scene",
    "SemiSupervised",
    "Sight",
    "Stakes",
    "Streams",
    "Terms",
    "Tether",
    "View",
    "make_duel",
]
