"""Where an idea comes from: a reference, and its BibTeX."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """One publication.

    Attributes:
        key: short key for citing, such as `goodfellow2014`.
        title: the title as published.
        authors: `Family, Given and Family, Given`, as BibTeX wants it.
        year: year of publication.
        where: venue or arXiv number.
    """

    key: str
    title: str
    authors: str
    year: int
    where: str

    def bibtex(self) -> str:
        """The entry as BibTeX.

        >>> print(Reference("a2020", "On A", "Doe, Jane", 2020, "arXiv 1").bibtex())
        @misc{a2020,
          title = {{On A}},
          author = {Doe, Jane},
          year = {2020},
          howpublished = {arXiv 1},
        }
        """
        fields = {"title": "{" + self.title + "}", "author": self.authors}
        fields |= {"year": str(self.year), "howpublished": self.where}
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{{self.key},\n{body}}}"

    def line(self) -> str:
        """The entry as one line of text."""
        return f"{self.authors} ({self.year}). {self.title}. {self.where}."
