package dev.millrace.platform.kafka;

/** No broker answers; worth another try later. */
public final class KafkaUnreachableException extends IllegalStateException {
    KafkaUnreachableException(String bootstrap, Throwable cause) {
        super("Kafka at " + bootstrap + " does not answer", cause);
    }
}
