"""What can go wrong with news."""

from gallery.core.errors import GalleryError


class ArticleIncompleteError(GalleryError):
    """Only an article with title, summary and body is published."""

    code = "article_incomplete"
