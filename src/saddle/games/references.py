"""Where the games and views come from."""

from __future__ import annotations

from saddle.reference import Reference

GAN = Reference(
    "goodfellow2014",
    "Generative Adversarial Nets",
    "Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and others",
    2014,
    "NeurIPS, arXiv 1406.2661",
)
CONDITIONAL = Reference(
    "mirza2014",
    "Conditional Generative Adversarial Nets",
    "Mirza, Mehdi and Osindero, Simon",
    2014,
    "arXiv 1411.1784",
)
BIGAN = Reference(
    "donahue2017",
    "Adversarial Feature Learning",
    "Donahue, Jeff and Krähenbühl, Philipp and Darrell, Trevor",
    2017,
    "ICLR, arXiv 1605.09782",
)
CYCLE = Reference(
    "zhu2017",
    "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
    "Zhu, Jun-Yan and Park, Taesung and Isola, Phillip and Efros, Alexei A.",
    2017,
    "ICCV, arXiv 1703.10593",
)
ALIGN = Reference(
    "grover2020",
    "AlignFlow: Cycle Consistent Learning from Multiple Domains via Normalizing Flows",
    "Grover, Aditya and Chute, Christopher and Shu, Rui and Cao, Zhangjie and Ermon, Stefano",
    2020,
    "AAAI, arXiv 1905.12892",
)
INSTANCE_NOISE = Reference(
    "sonderby2017",
    "Amortised MAP Inference for Image Super-resolution",
    "Sønderby, Casper Kaae and Caballero, Jose and Theis, Lucas and Shi, Wenzhe"
    " and Huszár, Ferenc",
    2017,
    "ICLR, arXiv 1610.04490",
)
PACKING = Reference(
    "lin2018",
    "PacGAN: The power of two samples in generative adversarial networks",
    "Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
    2018,
    "NeurIPS, arXiv 1712.04086",
)
REPLAY = Reference(
    "shrivastava2017",
    "Learning from Simulated and Unsupervised Images through Adversarial Training",
    "Shrivastava, Ashish and Pfister, Tomas and Tuzel, Oncel and others",
    2017,
    "CVPR, arXiv 1612.07828",
)
