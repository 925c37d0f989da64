"""The pages of the author UI, at AEM's URLs: read models (what a card shows), views that render them, fragments."""
