"""Where the distances and the penalties come from."""

from __future__ import annotations

from saddle.reference import Reference

GAN = Reference(
    "goodfellow2014",
    "Generative Adversarial Nets",
    "Goodfellow, Ian J. and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing"
    " and Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua",
    2014,
    "NeurIPS 2014, arXiv 1406.2661",
)
FGAN = Reference(
    "nowozin2016",
    "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
    "Nowozin, Sebastian and Cseke, Botond and Tomioka, Ryota",
    2016,
    "NeurIPS 2016, arXiv 1606.00709",
)
NGUYEN = Reference(
    "nguyen2010",
    "Estimating Divergence Functionals and the Likelihood Ratio by Convex Risk Minimization",
    "Nguyen, XuanLong and Wainwright, Martin J. and Jordan, Michael I.",
    2010,
    "IEEE Transactions on Information Theory 56, arXiv 0809.0853",
)
SOFTENED = Reference(
    "shannon2020",
    "Non-saturating GAN training as divergence minimization",
    "Shannon, Matt and Poole, Ben and Mariooryad, Soroosh and Bagby, Tom and Battenberg, Eric"
    " and Kao, David and Stanton, Daisy and Skerry-Ryan, RJ",
    2020,
    "arXiv 2010.08029",
)
ALPHA = Reference(
    "cichocki2010",
    "Families of Alpha- Beta- and Gamma-Divergences: Flexible and Robust Measures of Similarities",
    "Cichocki, Andrzej and Amari, Shun-ichi",
    2010,
    "Entropy 12",
)
HINGE = Reference(
    "lim2017",
    "Geometric GAN",
    "Lim, Jae Hyun and Ye, Jong Chul",
    2017,
    "arXiv 1705.02894",
)
LEAST_SQUARES = Reference(
    "mao2017",
    "Least Squares Generative Adversarial Networks",
    "Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, Zhen"
    " and Smolley, Stephen Paul",
    2017,
    "ICCV 2017, arXiv 1611.04076",
)
RELATIVISTIC = Reference(
    "jolicoeur2019",
    "The relativistic discriminator: a key element missing from standard GAN",
    "Jolicoeur-Martineau, Alexia",
    2019,
    "ICLR 2019, arXiv 1807.00734",
)
WGAN = Reference(
    "arjovsky2017",
    "Wasserstein Generative Adversarial Networks",
    "Arjovsky, Martin and Chintala, Soumith and Bottou, Leon",
    2017,
    "ICML 2017, arXiv 1701.07875",
)
WGAN_GP = Reference(
    "gulrajani2017",
    "Improved Training of Wasserstein GANs",
    "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, Vincent"
    " and Courville, Aaron",
    2017,
    "NeurIPS 2017, arXiv 1704.00028",
)
WGAN_LP = Reference(
    "petzka2018",
    "On the regularization of Wasserstein GANs",
    "Petzka, Henning and Fischer, Asja and Lukovnikov, Denis",
    2018,
    "ICLR 2018, arXiv 1709.08894",
)
R1 = Reference(
    "mescheder2018",
    "Which Training Methods for GANs do actually Converge?",
    "Mescheder, Lars and Geiger, Andreas and Nowozin, Sebastian",
    2018,
    "ICML 2018, arXiv 1801.04406",
)
AFM = Reference(
    "lin2025",
    "Adversarial Flow Models",
    "Lin, Shanchuan and Yang, Ceyuan and Lin, Zhijie and Chen, Hao and Fan, Haoqi",
    2025,
    "arXiv 2511.22475",
)
DRAGAN = Reference(
    "kodali2017",
    "On Convergence and Stability of GANs",
    "Kodali, Naveen and Abernethy, Jacob and Hays, James and Kira, Zsolt",
    2017,
    "arXiv 1705.07215",
)
LECAM = Reference(
    "tseng2021",
    "Regularizing Generative Adversarial Networks under Limited Data",
    "Tseng, Hung-Yu and Jiang, Lu and Liu, Ce and Yang, Ming-Hsuan and Yang, Weilong",
    2021,
    "CVPR 2021, arXiv 2104.03310",
)
SPECTRAL = Reference(
    "miyato2018",
    "Spectral Normalization for Generative Adversarial Networks",
    "Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi",
    2018,
    "ICLR 2018, arXiv 1802.05957",
)
LABELS = Reference(
    "salimans2016",
    "Improved Techniques for Training GANs",
    "Salimans, Tim and Goodfellow, Ian and Zaremba, Wojciech and Cheung, Vicki"
    " and Radford, Alec and Chen, Xi",
    2016,
    "NeurIPS 2016, arXiv 1606.03498",
)
MOMENTS = Reference(
    "hansen1982",
    "Large Sample Properties of Generalized Method of Moments Estimators",
    "Hansen, Lars Peter",
    1982,
    "Econometrica 50",
)
MEAN_SQUARE = Reference(
    "mathieu2016",
    "Deep multi-scale video prediction beyond mean square error",
    "Mathieu, Michael and Couprie, Camille and LeCun, Yann",
    2016,
    "ICLR 2016, arXiv 1511.05440",
)
MMD = Reference(
    "gretton2012",
    "A Kernel Two-Sample Test",
    "Gretton, Arthur and Borgwardt, Karsten M. and Rasch, Malte J. and Scholkopf, Bernhard"
    " and Smola, Alexander",
    2012,
    "JMLR 13",
)
ENERGY = Reference(
    "szekely2013",
    "Energy statistics: A class of statistics based on distances",
    "Szekely, Gabor J. and Rizzo, Maria L.",
    2013,
    "Journal of Statistical Planning and Inference 143",
)
SLICED = Reference(
    "deshpande2018",
    "Generative Modeling using the Sliced Wasserstein Distance",
    "Deshpande, Ishan and Zhang, Ziyu and Schwing, Alexander",
    2018,
    "CVPR 2018, arXiv 1803.11188",
)
TRANSPORT = Reference(
    "peyre2019",
    "Computational Optimal Transport",
    "Peyre, Gabriel and Cuturi, Marco",
    2019,
    "Foundations and Trends in Machine Learning 11, arXiv 1803.00567",
)
SINKHORN = Reference(
    "feydy2019",
    "Interpolating between Optimal Transport and MMD using Sinkhorn Divergences",
    "Feydy, Jean and Sejourne, Thibault and Vialard, Francois-Xavier and Amari, Shun-ichi"
    " and Trouve, Alain and Peyre, Gabriel",
    2019,
    "AISTATS 2019, arXiv 1810.08278",
)
