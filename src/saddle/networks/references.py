"""Where the networks come from."""

from __future__ import annotations

from saddle.reference import Reference

BACKPROP = Reference(
    "rumelhart1986",
    "Learning representations by back-propagating errors",
    "Rumelhart, David E. and Hinton, Geoffrey E. and Williams, Ronald J.",
    1986,
    "Nature 323",
)
RESNET = Reference(
    "he2016",
    "Deep Residual Learning for Image Recognition",
    "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
    2016,
    "CVPR 2016, arXiv 1512.03385",
)
DROPOUT = Reference(
    "srivastava2014",
    "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    "Srivastava, Nitish and Hinton, Geoffrey and Krizhevsky, Alex and Sutskever, Ilya"
    " and Salakhutdinov, Ruslan",
    2014,
    "JMLR 15",
)
FOURIER = Reference(
    "tancik2020",
    "Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains",
    "Tancik, Matthew and Srinivasan, Pratul P. and Mildenhall, Ben and Fridovich-Keil, Sara"
    " and Raghavan, Nithin and Singhal, Utkarsh and Ramamoorthi, Ravi and Barron, Jonathan T."
    " and Ng, Ren",
    2020,
    "NeurIPS 2020, arXiv 2006.10739",
)
MAXOUT = Reference(
    "goodfellow2013",
    "Maxout Networks",
    "Goodfellow, Ian J. and Warde-Farley, David and Mirza, Mehdi and Courville, Aaron"
    " and Bengio, Yoshua",
    2013,
    "ICML 2013, arXiv 1302.4389",
)
GROUPSORT = Reference(
    "anil2019",
    "Sorting Out Lipschitz Function Approximation",
    "Anil, Cem and Lucas, James and Grosse, Roger",
    2019,
    "ICML 2019, arXiv 1811.05381",
)
MINIBATCH_STD = Reference(
    "karras2018",
    "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    "Karras, Tero and Aila, Timo and Laine, Samuli and Lehtinen, Jaakko",
    2018,
    "ICLR 2018, arXiv 1710.10196",
)
MINIBATCH_DISCRIMINATION = Reference(
    "salimans2016",
    "Improved Techniques for Training GANs",
    "Salimans, Tim and Goodfellow, Ian and Zaremba, Wojciech and Cheung, Vicki and Radford, Alec"
    " and Chen, Xi",
    2016,
    "NeurIPS 2016, arXiv 1606.03498",
)
FGAN = Reference(
    "nowozin2016",
    "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
    "Nowozin, Sebastian and Cseke, Botond and Tomioka, Ryota",
    2016,
    "NeurIPS 2016, arXiv 1606.00709",
)
DIRAC = Reference(
    "mescheder2018",
    "Which Training Methods for GANs do actually Converge?",
    "Mescheder, Lars and Geiger, Andreas and Nowozin, Sebastian",
    2018,
    "ICML 2018, arXiv 1801.04406",
)
LQG = Reference(
    "feizi2017",
    "Understanding GANs: the LQG Setting",
    "Feizi, Soheil and Farnia, Farzan and Ginart, Tony and Tse, David",
    2017,
    "arXiv 1710.10793",
)
BIGAN = Reference(
    "donahue2017",
    "Adversarial Feature Learning",
    "Donahue, Jeff and Krähenbühl, Philipp and Darrell, Trevor",
    2017,
    "ICLR 2017, arXiv 1605.09782",
)
REAL_NVP = Reference(
    "dinh2017",
    "Density estimation using Real NVP",
    "Dinh, Laurent and Sohl-Dickstein, Jascha and Bengio, Samy",
    2017,
    "ICLR 2017, arXiv 1605.08803",
)
SPLINE_FLOWS = Reference(
    "durkan2019",
    "Neural Spline Flows",
    "Durkan, Conor and Bekasov, Artur and Murray, Iain and Papamakarios, George",
    2019,
    "NeurIPS 2019, arXiv 1906.04032",
)
