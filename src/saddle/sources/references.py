"""Where the published definitions come from."""

from __future__ import annotations

from saddle.reference import Reference

PACGAN = Reference(
    key="lin2018",
    title="PacGAN: The power of two samples in generative adversarial networks",
    authors="Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
    year=2018,
    where="NeurIPS; arXiv 1712.04086",
)
BOURGAN = Reference(
    key="xiao2018",
    title="BourGAN: Generative Networks with Metric Embeddings",
    authors="Xiao, Chang and Zhong, Peilin and Zheng, Changxi",
    year=2018,
    where="NeurIPS; arXiv 1805.07674",
)
WGAN = Reference(
    key="arjovsky2017",
    title="Wasserstein GAN",
    authors="Arjovsky, Martin and Chintala, Soumith and Bottou, Leon",
    year=2017,
    where="arXiv 1701.07875",
)
WGAN_GP = Reference(
    key="gulrajani2017",
    title="Improved Training of Wasserstein GANs",
    authors="Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, Vincent "
    "and Courville, Aaron",
    year=2017,
    where="NeurIPS; arXiv 1704.00028",
)
UNROLLED = Reference(
    key="metz2017",
    title="Unrolled Generative Adversarial Networks",
    authors="Metz, Luke and Poole, Ben and Pfau, David and Sohl-Dickstein, Jascha",
    year=2017,
    where="ICLR; arXiv 1611.02163",
)
PRESGAN = Reference(
    key="dieng2019",
    title="Prescribed Generative Adversarial Networks",
    authors="Dieng, Adji B. and Ruiz, Francisco J. R. and Blei, David M. and Titsias, Michalis K.",
    year=2019,
    where="arXiv 1910.04302",
)
FGAN = Reference(
    key="nowozin2016",
    title="f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
    authors="Nowozin, Sebastian and Cseke, Botond and Tomioka, Ryota",
    year=2016,
    where="NeurIPS; arXiv 1606.00709",
)
GANLAB = Reference(
    key="kahng2019",
    title="GAN Lab: Understanding Complex Deep Generative Models using Interactive Visual "
    "Experimentation",
    authors="Kahng, Minsuk and Thorat, Nikhil and Chau, Duen Horng and Viegas, Fernanda B. "
    "and Wattenberg, Martin",
    year=2019,
    where="IEEE TVCG 25(1); arXiv 1809.01587",
)
FFJORD = Reference(
    key="grathwohl2019",
    title="FFJORD: Free-form Continuous Dynamics for Scalable Reversible Generative Models",
    authors="Grathwohl, Will and Chen, Ricky T. Q. and Bettencourt, Jesse and Sutskever, Ilya "
    "and Duvenaud, David",
    year=2019,
    where="ICLR; arXiv 1810.01367",
)
SKLEARN = Reference(
    key="pedregosa2011",
    title="Scikit-learn: Machine Learning in Python",
    authors="Pedregosa, Fabian and others",
    year=2011,
    where="Journal of Machine Learning Research 12",
)
MARRON_WAND = Reference(
    key="marron1992",
    title="Exact Mean Integrated Squared Error",
    authors="Marron, J. S. and Wand, M. P.",
    year=1992,
    where="The Annals of Statistics 20(2)",
)
