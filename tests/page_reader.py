"""A page as a parser meets it: balance, ids, labels, loads, headings, text."""

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Balance, ids, labels and loads of a page."""

    def __init__(self, source):
        super().__init__()
        self.open, self.ids, self.unlabelled, self.loads = [], [], [], []
        self.targets, self.text, self.headings = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if "id" in a:
            self.ids.append(a["id"])
        if tag in ("svg", "img") and not a.get("aria-label") and a.get("aria-hidden") != "true":
            self.unlabelled.append(self.getpos())
        if a.get("aria-hidden") != "true" and tag == "svg":
            assert a.get("role") == "img", self.getpos()
        self.loads += [a[k] for k in ("src", "srcset", "data", "poster") if k in a]
        if tag in ("link", "script", "iframe", "object", "embed"):
            self.loads.append(tag)
        if tag == "a" and a["href"].startswith("#"):
            self.targets.append(a["href"][1:])
        if tag == "th":
            assert a.get("scope") in ("col", "row", "colgroup", "rowgroup"), self.getpos()
        if tag in ("h1", "h2", "h3", "h4", "h5"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, (tag, self.getpos())
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)
