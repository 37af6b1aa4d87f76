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

/** Who may do what on a cluster that denies by default. Blocking. */
public final class TopicAccess {
    /** Groups of consumers have names that begin so: {@code consumer}, {@code console-consumer-4711}. */
    private static final List<String> CONSUMER_GROUPS = List.of("consumer", "console-consumer");

    private static final int TIMEOUT_MS = 20_000;

    private final KafkaSettings settings;

    /** @param settings with the login of one who may grant */
    public TopicAccess(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Lets {@code user} read the completions, which are the public contract, in groups of its own, and nothing else. Safe to
     * repeat.
     *
     * @throws IllegalStateException when the cluster does not take it, with the reason
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
