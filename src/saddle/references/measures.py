"""How close: where measures, tests and estimates come from."""

from __future__ import annotations

from saddle.reference import Reference

# fmt: off

C2ST = Reference(
    "lopezpaz2017", "Revisiting Classifier Two-Sample Tests",
    "Lopez-Paz, David and Oquab, Maxime",
    2017, "ICLR 2017, arXiv 1610.06545",
)
CHENG = Reference(
    "cheng2022",
    "Classification Logit Two-Sample Testing by Neural Networks for Differentiating Near "
        "Manifold Densities",
    "Cheng, Xiuyuan and Cloninger, Alexander",
    2022, "IEEE Transactions on Information Theory 68, arXiv 1909.11298",
)
HENZE = Reference(
    "henze1988",
    "A Multivariate Two-Sample Test Based on the Number of Nearest Neighbor Type Coincidences",
    "Henze, Norbert",
    1988, "Annals of Statistics 16",
)
HOLM = Reference(
    "holm1979", "A Simple Sequentially Rejective Multiple Test Procedure",
    "Holm, Sture",
    1979, "Scandinavian Journal of Statistics 6",
)
HOTELLING = Reference(
    "hotelling1931", "The Generalization of Student's Ratio",
    "Hotelling, Harold",
    1931, "Annals of Mathematical Statistics 2",
)
TTUR = Reference(
    "heusel2017",
    "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium",
    "Heusel, Martin and Ramsauer, Hubert and Unterthiner, Thomas and Nessler, Bernhard and "
        "Hochreiter, Sepp",
    2017, "NeurIPS 2017, arXiv 1706.08500",
)
KID = Reference(
    "binkowski2018", "Demystifying MMD GANs",
    "Bińkowski, Mikołaj and Sutherland, Dougal J. and Arbel, Michael and Gretton, Arthur",
    2018, "ICLR 2018, arXiv 1801.01401",
)
PRECISION = Reference(
    "kynkaanniemi2019",
    "Improved Precision and Recall Metric for Assessing Generative Models",
    "Kynkäänniemi, Tuomas and Karras, Tero and Laine, Samuli and Lehtinen, Jaakko and "
        "Aila, Timo",
    2019, "NeurIPS 2019, arXiv 1904.06991",
)
COVERAGE = Reference(
    "naeem2020", "Reliable Fidelity and Diversity Metrics for Generative Models",
    "Naeem, Muhammad Ferjad and Oh, Seong Joon and Uh, Youngjung and Choi, Yunjey and "
        "Yoo, Jaejun",
    2020, "ICML 2020, arXiv 2002.09797",
)
DATA_COPYING = Reference(
    "meehan2020", "A Non-Parametric Test to Detect Data-Copying in Generative Models",
    "Meehan, Casey and Chaudhuri, Kamalika and Dasgupta, Sanjoy",
    2020, "AISTATS 2020, arXiv 2004.05675",
)
AUTHENTIC = Reference(
    "alaa2022",
    "How Faithful is your Synthetic Data? Sample-level Metrics for Evaluating and Auditing "
        "Generative Models",
    "Alaa, Ahmed M. and van Breugel, Boris and Saveliev, Evgeny S. and "
        "van der Schaar, Mihaela",
    2022, "ICML 2022, arXiv 2102.08921",
)
SZEKELY = Reference(
    "szekely2004", "Testing for Equal Distributions in High Dimension",
    "Székely, Gábor J. and Rizzo, Maria L.",
    2004, "InterStat 5",
)
WANG = Reference(
    "wang2009",
    "Divergence Estimation for Multidimensional Densities Via k-Nearest-Neighbor Distances",
    "Wang, Qing and Kulkarni, Sanjeev and Verdú, Sergio",
    2009, "IEEE Transactions on Information Theory 55(5)",
)

# ---- samplers that need no game -----------------------------------------------------------------

PARZEN = Reference(
    "parzen1962", "On Estimation of a Probability Density Function and Mode",
    "Parzen, Emanuel",
    1962, "Annals of Mathematical Statistics 33",
)
DEMPSTER = Reference(
    "dempster1977", "Maximum Likelihood from Incomplete Data via the EM Algorithm",
    "Dempster, A. P. and Laird, N. M. and Rubin, D. B.",
    1977, "Journal of the Royal Statistical Society B 39",
)
SKLAR = Reference(
    "sklar1959", "Fonctions de répartition à n dimensions et leurs marges",
    "Sklar, Abe",
    1959, "Publications de l'Institut de Statistique de l'Université de Paris 8",
)
SMOTE = Reference(
    "chawla2002", "SMOTE: Synthetic Minority Over-sampling Technique",
    "Chawla, Nitesh V. and Bowyer, Kevin W. and Hall, Lawrence O. and Kegelmeyer, W. Philip",
    2002, "Journal of Artificial Intelligence Research 16",
)
