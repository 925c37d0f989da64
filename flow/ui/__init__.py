"""Pages of the flow inspector: frames only; what they show they ask the recorder for, over its HTTP interface."""
