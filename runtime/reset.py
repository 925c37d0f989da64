"""Back to the start: no activations, no logs. What was deployed stays: it is the developer's, as files are."""

from runtime.models import Activation, LogLine


def reset() -> None:
    for model in (LogLine, Activation):
        model.objects.all()._raw_delete(using="default")
