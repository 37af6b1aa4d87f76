package dev.millrace.platform.kafka;

/** No broker answers. A later attempt may succeed. */
public final class KafkaUnreachableException extends IllegalStateException {
    KafkaUnreachableException(String bootstrap, Throwable cause) {
        super("Kafka at " + bootstrap + " does not answer", cause);
    }
}
