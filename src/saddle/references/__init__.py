"""Where the ideas come from: every publication that saddle cites, each once.

Where in a publication a formula stands is said at the line that computes it.
"""

# ruff: noqa: I001  (each name under its own alias is a line of one import: what is exported)

from __future__ import annotations

from saddle.reference import Reference
from saddle.references.measures import (
    AUTHENTIC as AUTHENTIC,
    C2ST as C2ST,
    CHENG as CHENG,
    COVERAGE as COVERAGE,
    DATA_COPYING as DATA_COPYING,
    DEMPSTER as DEMPSTER,
    HENZE as HENZE,
    HOLM as HOLM,
    HOTELLING as HOTELLING,
    KID as KID,
    PARZEN as PARZEN,
    PRECISION as PRECISION,
    SKLAR as SKLAR,
    SMOTE as SMOTE,
    SZEKELY as SZEKELY,
    TTUR as TTUR,
    WANG as WANG,
)

# fmt: off

# ---- the game, and what close means -------------------------------------------------------------

GAN = Reference(
    "goodfellow2014", "Generative Adversarial Nets",
    "Goodfellow, Ian J. and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and "
        "Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua",
    2014, "NeurIPS 2014, arXiv 1406.2661",
)
FGAN = Reference(
    "nowozin2016",
    "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
    "Nowozin, Sebastian and Cseke, Botond and Tomioka, Ryota",
    2016, "NeurIPS 2016, arXiv 1606.00709",
)
NGUYEN = Reference(
    "nguyen2010",
    "Estimating Divergence Functionals and the Likelihood Ratio by Convex Risk Minimization",
    "Nguyen, XuanLong and Wainwright, Martin J. and Jordan, Michael I.",
    2010, "IEEE Transactions on Information Theory 56, arXiv 0809.0853",
)
SOFTENED = Reference(
    "shannon2020", "Non-saturating GAN training as divergence minimization",
    "Shannon, Matt and Poole, Ben and Mariooryad, Soroosh and Bagby, Tom and Battenberg, Eric"
        " and Kao, David and Stanton, Daisy and Skerry-Ryan, RJ",
    2020, "arXiv 2010.08029",
)
ALPHA = Reference(
    "cichocki2010",
    "Families of Alpha- Beta- and Gamma-Divergences: Flexible and Robust Measures of "
        "Similarities",
    "Cichocki, Andrzej and Amari, Shun-ichi",
    2010, "Entropy 12",
)
HINGE = Reference(
    "lim2017", "Geometric GAN",
    "Lim, Jae Hyun and Ye, Jong Chul",
    2017, "arXiv 1705.02894",
)
LEAST_SQUARES = Reference(
    "mao2017", "Least Squares Generative Adversarial Networks",
    "Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, Zhen and "
        "Smolley, Stephen Paul",
    2017, "ICCV 2017, arXiv 1611.04076",
)
RELATIVISTIC = Reference(
    "jolicoeur2019", "The relativistic discriminator: a key element missing from standard GAN",
    "Jolicoeur-Martineau, Alexia",
    2019, "ICLR 2019, arXiv 1807.00734",
)
WGAN = Reference(
    "arjovsky2017", "Wasserstein Generative Adversarial Networks",
    "Arjovsky, Martin and Chintala, Soumith and Bottou, Leon",
    2017, "ICML 2017, arXiv 1701.07875",
)
MOMENTS = Reference(
    "hansen1982", "Large Sample Properties of Generalized Method of Moments Estimators",
    "Hansen, Lars Peter",
    1982, "Econometrica 50",
)
MEAN_SQUARE = Reference(
    "mathieu2016", "Deep multi-scale video prediction beyond mean square error",
    "Mathieu, Michael and Couprie, Camille and LeCun, Yann",
    2016, "ICLR 2016, arXiv 1511.05440",
)
MMD = Reference(
    "gretton2012", "A Kernel Two-Sample Test",
    "Gretton, Arthur and Borgwardt, Karsten M. and Rasch, Malte J. and Schölkopf, Bernhard "
        "and Smola, Alexander",
    2012, "JMLR 13",
)
ENERGY = Reference(
    "szekely2013", "Energy statistics: A class of statistics based on distances",
    "Székely, Gábor J. and Rizzo, Maria L.",
    2013, "Journal of Statistical Planning and Inference 143",
)
SLICED = Reference(
    "deshpande2018", "Generative Modeling using the Sliced Wasserstein Distance",
    "Deshpande, Ishan and Zhang, Ziyu and Schwing, Alexander",
    2018, "CVPR 2018, arXiv 1803.11188",
)
TRANSPORT = Reference(
    "peyre2019", "Computational Optimal Transport",
    "Peyré, Gabriel and Cuturi, Marco",
    2019, "Foundations and Trends in Machine Learning 11, arXiv 1803.00567",
)
SINKHORN = Reference(
    "feydy2019", "Interpolating between Optimal Transport and MMD using Sinkhorn Divergences",
    "Feydy, Jean and Séjourné, Thibault and Vialard, François-Xavier and Amari, Shun-ichi and"
        " Trouvé, Alain and Peyré, Gabriel",
    2019, "AISTATS 2019, arXiv 1810.08278",
)

# ---- what keeps a critic honest, and what it sees -----------------------------------------------

WGAN_GP = Reference(
    "gulrajani2017", "Improved Training of Wasserstein GANs",
    "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, Vincent and "
        "Courville, Aaron",
    2017, "NeurIPS 2017, arXiv 1704.00028",
)
WGAN_LP = Reference(
    "petzka2018", "On the regularization of Wasserstein GANs",
    "Petzka, Henning and Fischer, Asja and Lukovnikov, Denis",
    2018, "ICLR 2018, arXiv 1709.08894",
)
R1 = Reference(
    "mescheder2018", "Which Training Methods for GANs do actually Converge?",
    "Mescheder, Lars and Geiger, Andreas and Nowozin, Sebastian",
    2018, "ICML 2018, arXiv 1801.04406",
)
AFM = Reference(
    "lin2025", "Adversarial Flow Models",
    "Lin, Shanchuan and Yang, Ceyuan and Lin, Zhijie and Chen, Hao and Fan, Haoqi",
    2025, "arXiv 2511.22475",
)
DRAGAN = Reference(
    "kodali2017", "On Convergence and Stability of GANs",
    "Kodali, Naveen and Abernethy, Jacob and Hays, James and Kira, Zsolt",
    2017, "arXiv 1705.07215",
)
LECAM = Reference(
    "tseng2021", "Regularizing Generative Adversarial Networks under Limited Data",
    "Tseng, Hung-Yu and Jiang, Lu and Liu, Ce and Yang, Ming-Hsuan and Yang, Weilong",
    2021, "CVPR 2021, arXiv 2104.03310",
)
SPECTRAL = Reference(
    "miyato2018", "Spectral Normalization for Generative Adversarial Networks",
    "Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi",
    2018, "ICLR 2018, arXiv 1802.05957",
)
IMPROVED = Reference(
    "salimans2016", "Improved Techniques for Training GANs",
    "Salimans, Tim and Goodfellow, Ian and Zaremba, Wojciech and Cheung, Vicki and Radford, "
        "Alec and Chen, Xi",
    2016, "NeurIPS 2016, arXiv 1606.03498",
)
INFOGAN = Reference(
    "chen2016", "InfoGAN: Interpretable Representation Learning by Information Maximizing "
        "Generative Adversarial Nets",
    "Chen, Xi and Duan, Yan and Houthooft, Rein and Schulman, John and Sutskever, Ilya and "
        "Abbeel, Pieter",
    2016, "NeurIPS 2016, arXiv 1606.03657",
)
INSTANCE_NOISE = Reference(
    "sonderby2017", "Amortised MAP Inference for Image Super-resolution",
    "Sønderby, Casper Kaae and Caballero, Jose and Theis, Lucas and Shi, Wenzhe and Huszár, "
        "Ferenc",
    2017, "ICLR 2017, arXiv 1610.04490",
)
PACGAN = Reference(
    "lin2018", "PacGAN: The power of two samples in generative adversarial networks",
    "Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
    2018, "NeurIPS 2018, arXiv 1712.04086",
)
DIFFAUGMENT = Reference(
    "zhao2020", "Differentiable Augmentation for Data-Efficient GAN Training",
    "Zhao, Shengyu and Liu, Zhijian and Lin, Ji and Zhu, Jun-Yan and Han, Song",
    2020, "NeurIPS 2020, arXiv 2006.10738",
)
ADA = Reference(
    "karras2020", "Training Generative Adversarial Networks with Limited Data",
    "Karras, Tero and Aittala, Miika and Hellsten, Janne and Laine, Samuli and Lehtinen, Jaakko "
        "and Aila, Timo",
    2020, "NeurIPS 2020, arXiv 2006.06676",
)
REPLAY = Reference(
    "shrivastava2017",
    "Learning from Simulated and Unsupervised Images through Adversarial Training",
    "Shrivastava, Ashish and Pfister, Tomas and Tuzel, Oncel and Susskind, Joshua and Wang, "
        "Wenda and Webb, Russell",
    2017, "CVPR 2017, arXiv 1612.07828",
)

# ---- games and how they are played --------------------------------------------------------------

CONDITIONAL = Reference(
    "mirza2014", "Conditional Generative Adversarial Nets",
    "Mirza, Mehdi and Osindero, Simon",
    2014, "arXiv 1411.1784",
)
BIGAN = Reference(
    "donahue2017", "Adversarial Feature Learning",
    "Donahue, Jeff and Krähenbühl, Philipp and Darrell, Trevor",
    2017, "ICLR 2017, arXiv 1605.09782",
)
CYCLE = Reference(
    "zhu2017", "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
    "Zhu, Jun-Yan and Park, Taesung and Isola, Phillip and Efros, Alexei A.",
    2017, "ICCV 2017, arXiv 1703.10593",
)
ALIGN = Reference(
    "grover2020",
    "AlignFlow: Cycle Consistent Learning from Multiple Domains via Normalizing Flows",
    "Grover, Aditya and Chute, Christopher and Shu, Rui and Cao, Zhangjie and Ermon, Stefano",
    2020, "AAAI 2020, arXiv 1905.12892",
)
DCGAN = Reference(
    "radford2016", "Unsupervised Representation Learning with Deep Convolutional Generative "
        "Adversarial Networks",
    "Radford, Alec and Metz, Luke and Chintala, Soumith",
    2016, "ICLR 2016, arXiv 1511.06434",
)
R3GAN = Reference(
    "huang2024", "The GAN is dead; long live the GAN! A Modern GAN Baseline",
    "Huang, Nick and Gokaslan, Aaron and Kuleshov, Volodymyr and Tompkin, James",
    2024, "NeurIPS 2024, arXiv 2501.05441",
)
NUMERICS = Reference(
    "mescheder2017", "The Numerics of GANs",
    "Mescheder, Lars and Nowozin, Sebastian and Geiger, Andreas",
    2017, "NeurIPS 2017, arXiv 1705.10461",
)
EXTRAGRADIENT = Reference(
    "gidel2019", "A Variational Inequality Perspective on Generative Adversarial Networks",
    "Gidel, Gauthier and Berard, Hugo and Vignoud, Gaëtan and Vincent, Pascal and "
        "Lacoste-Julien, Simon",
    2019, "ICLR 2019, arXiv 1802.10551",
)
OPTIMISTIC = Reference(
    "daskalakis2018", "Training GANs with Optimism",
    "Daskalakis, Constantinos and Ilyas, Andrew and Syrgkanis, Vasilis and Zeng, Haoyang",
    2018, "ICLR 2018, arXiv 1711.00141",
)
UNROLLED = Reference(
    "metz2017", "Unrolled Generative Adversarial Networks",
    "Metz, Luke and Poole, Ben and Pfau, David and Sohl-Dickstein, Jascha",
    2017, "ICLR 2017, arXiv 1611.02163",
)
ADAM = Reference(
    "kingma2015", "Adam: A Method for Stochastic Optimization",
    "Kingma, Diederik P. and Ba, Jimmy",
    2015, "ICLR 2015, arXiv 1412.6980",
)
FREEZING = Reference(
    "mo2020", "Freeze the Discriminator: a Simple Baseline for Fine-Tuning GANs",
    "Mo, Sangwoo and Cho, Minsu and Shin, Jinwoo",
    2020, "CVPR 2020 AI for Content Creation Workshop, arXiv 2002.10964",
)
AVERAGING = Reference(
    "yazici2019", "The Unusual Effectiveness of Averaging in GAN Training",
    "Yazıcı, Yasin and Foo, Chuan-Sheng and Winkler, Stefan and Yap, Kim-Hui and Piliouras, "
        "Georgios and Chandrasekhar, Vijay",
    2019, "ICLR 2019, arXiv 1806.04498",
)

# ---- networks -----------------------------------------------------------------------------------

BACKPROP = Reference(
    "rumelhart1986", "Learning representations by back-propagating errors",
    "Rumelhart, David E. and Hinton, Geoffrey E. and Williams, Ronald J.",
    1986, "Nature 323",
)
RESNET = Reference(
    "he2016", "Deep Residual Learning for Image Recognition",
    "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
    2016, "CVPR 2016, arXiv 1512.03385",
)
DROPOUT = Reference(
    "srivastava2014", "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    "Srivastava, Nitish and Hinton, Geoffrey and Krizhevsky, Alex and Sutskever, Ilya and "
        "Salakhutdinov, Ruslan",
    2014, "JMLR 15",
)
FOURIER = Reference(
    "tancik2020",
    "Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains",
    "Tancik, Matthew and Srinivasan, Pratul P. and Mildenhall, Ben and Fridovich-Keil, Sara "
        "and Raghavan, Nithin and Singhal, Utkarsh and Ramamoorthi, Ravi and Barron, Jonathan T. "
        "and Ng, Ren",
    2020, "NeurIPS 2020, arXiv 2006.10739",
)
MAXOUT = Reference(
    "goodfellow2013", "Maxout Networks",
    "Goodfellow, Ian J. and Warde-Farley, David and Mirza, Mehdi and Courville, Aaron and "
        "Bengio, Yoshua",
    2013, "ICML 2013, arXiv 1302.4389",
)
GROUPSORT = Reference(
    "anil2019", "Sorting Out Lipschitz Function Approximation",
    "Anil, Cem and Lucas, James and Grosse, Roger",
    2019, "ICML 2019, arXiv 1811.05381",
)
MINIBATCH_STD = Reference(
    "karras2018", "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    "Karras, Tero and Aila, Timo and Laine, Samuli and Lehtinen, Jaakko",
    2018, "ICLR 2018, arXiv 1710.10196",
)
LQG = Reference(
    "feizi2017", "Understanding GANs: the LQG Setting",
    "Feizi, Soheil and Farnia, Farzan and Ginart, Tony and Tse, David",
    2017, "arXiv 1710.10793",
)
AAE = Reference(
    "makhzani2016", "Adversarial Autoencoders",
    "Makhzani, Alireza and Shlens, Jonathon and Jaitly, Navdeep and Goodfellow, Ian and Frey, "
        "Brendan",
    2016, "ICLR 2016 workshop, arXiv 1511.05644",
)
AUXILIARY = Reference(
    "odena2017", "Conditional Image Synthesis with Auxiliary Classifier GANs",
    "Odena, Augustus and Olah, Christopher and Shlens, Jonathon",
    2017, "ICML 2017, arXiv 1610.09585",
)
UPSAMPLING = Reference(
    "odena2016", "Deconvolution and Checkerboard Artifacts",
    "Odena, Augustus and Dumoulin, Vincent and Olah, Chris",
    2016, "Distill",
)
REAL_NVP = Reference(
    "dinh2017", "Density estimation using Real NVP",
    "Dinh, Laurent and Sohl-Dickstein, Jascha and Bengio, Samy",
    2017, "ICLR 2017, arXiv 1605.08803",
)
SPLINE_FLOWS = Reference(
    "durkan2019", "Neural Spline Flows",
    "Durkan, Conor and Bekasov, Artur and Murray, Iain and Papamakarios, George",
    2019, "NeurIPS 2019, arXiv 1906.04032",
)

# ---- sources ------------------------------------------------------------------------------------

BOURGAN = Reference(
    "xiao2018", "BourGAN: Generative Networks with Metric Embeddings",
    "Xiao, Chang and Zhong, Peilin and Zheng, Changxi",
    2018, "NeurIPS 2018, arXiv 1805.07674",
)
PRESGAN = Reference(
    "dieng2019", "Prescribed Generative Adversarial Networks",
    "Dieng, Adji B. and Ruiz, Francisco J. R. and Blei, David M. and Titsias, Michalis K.",
    2019, "arXiv 1910.04302",
)
GANLAB = Reference(
    "kahng2019",
    "GAN Lab: Understanding Complex Deep Generative Models using Interactive Visual "
        "Experimentation",
    "Kahng, Minsuk and Thorat, Nikhil and Chau, Duen Horng and Viégas, Fernanda B. and "
        "Wattenberg, Martin",
    2019, "IEEE TVCG 25, arXiv 1809.01587",
)
FFJORD = Reference(
    "grathwohl2019",
    "FFJORD: Free-form Continuous Dynamics for Scalable Reversible Generative Models",
    "Grathwohl, Will and Chen, Ricky T. Q. and Bettencourt, Jesse and Sutskever, Ilya and "
        "Duvenaud, David",
    2019, "ICLR 2019, arXiv 1810.01367",
)
SKLEARN = Reference(
    "pedregosa2011", "Scikit-learn: Machine Learning in Python",
    "Pedregosa, Fabian and Varoquaux, Gaël and Gramfort, Alexandre and Michel, Vincent and "
        "Thirion, Bertrand and Grisel, Olivier and Blondel, Mathieu and Prettenhofer, Peter and "
        "Weiss, Ron and Dubourg, Vincent and Vanderplas, Jake and Passos, Alexandre and "
        "Cournapeau, David and Brucher, Matthieu and Perrot, Matthieu and Duchesnay, Édouard",
    2011, "JMLR 12",
)
MARRON_WAND = Reference(
    "marron1992", "Exact Mean Integrated Squared Error",
    "Marron, J. S. and Wand, M. P.",
    1992, "Annals of Statistics 20",
)
