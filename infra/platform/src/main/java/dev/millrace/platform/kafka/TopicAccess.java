package dev.millrace.platform.kafka;

import dev.millrace.schemas.topic.Topic;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Grants rights on a cluster that denies everything by default. All methods block. */
public final class TopicAccess {
    /** How the names of consumers' groups begin. Examples are {@code consumer} and {@code console-consumer-4711}. */
    private static final List<String> CONSUMER_GROUPS = List.of("consumer", "console-consumer");

    private static final int TIMEOUT_MS = 20_000;

    private final KafkaSettings settings;

    /** @param settings settings with the login of a user who may grant rights */
    public TopicAccess(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Lets {@code user} read the topic of completions, which is the public contract, in groups whose names begin with one of the known
     * prefixes. Grants nothing else. Safe to repeat.
     *
     * @throws IllegalStateException when the cluster does not grant the rights; the message has the reason
     */
    public void grantCompletions(String user) {
        var bindings = new java.util.ArrayList<AclBinding>();
        var completions = new ResourcePattern(ResourceType.TOPIC, Topic.COMPLETIONS.topicName(), PatternType.LITERAL);
        bindings.add(allow(user, completions, AclOperation.READ));
        for (String group : CONSUMER_GROUPS) {
            bindings.add(allow(
                    user, new ResourcePattern(ResourceType.GROUP, group, PatternType.PREFIXED), AclOperation.READ));
        }
        try (Admin admin = Admin.create(settings.admin("millrace-access"))) {
            admin.createAcls(bindings).all().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot grant '" + user + "' the completions: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while granting access", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Kafka did not grant access within " + TIMEOUT_MS + " ms", e);
        }
    }

    private static AclBinding allow(String user, ResourcePattern what, AclOperation operation) {
        return new AclBinding(what, new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }
}
