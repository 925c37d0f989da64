"""The batch of the main job beside what people use instead: Directus, Wagtail and thumbor."""
