"""The message broker: in memory, Redis or RabbitMQ, by its URL. The clients of the latter two load only where used."""

from dataclasses import dataclass

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import DramatiqError

CONNECT_TIMEOUT = 3.0  # seconds
ANSWER_TIMEOUT = 10.0


@dataclass(frozen=True)
class MessageBroker:
    """A broker, and what sending a message may raise while it is away.

    Without middleware: time limits, retries and results are the business of the rows and the pool.
    """

    broker: dramatiq.Broker
    errors: tuple[type[Exception], ...] = ()
    is_in_memory: bool = False
    """Then sending waits for nothing, and never fails."""


def make_broker(url: str) -> MessageBroker:
    """The broker at a redis:, rediss:, unix:, amqp: or amqps: URL; in memory without one."""
    if not url:
        return MessageBroker(StubBroker(middleware=[]), is_in_memory=True)
    return _redis(url) if url.startswith(("redis:", "rediss:", "unix:")) else _rabbitmq(url)


def _redis(url: str) -> MessageBroker:
    import redis
    from dramatiq.brokers.redis import RedisBroker

    client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT, socket_timeout=ANSWER_TIMEOUT)
    broker = RedisBroker(client=client, middleware=[], namespace="aemulator")  # type: ignore[no-untyped-call]
    return MessageBroker(broker, (DramatiqError, redis.RedisError, OSError))


def _rabbitmq(url: str) -> MessageBroker:
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    return MessageBroker(RabbitmqBroker(url=url, middleware=[]), (DramatiqError, OSError))
