package dev.millrace.platform.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import dev.millrace.platform.config.Login;
import dev.millrace.platform.config.Settings;
import dev.millrace.schemas.topic.Topic;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CassandraTest {
    private static final CassandraSettings SETTINGS =
            CassandraSettings.embedded("127.0.0.1:1", new Login("nobody", "nothing"));

    private final Vertx vertx = Vertx.vertx();
    private final CqlSession opened = (CqlSession) Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) ->
                    method.getName().equals("closeAsync") ? CompletableFuture.completedFuture(null) : null);

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void inReadsShouldSeeEveryAcknowledgedWriteAlsoWithSeveralReplicas() {
        var profile = CassandraSettings.driver(true).getInitialConfig().getDefaultProfile();

        assertThat(profile.getString(DefaultDriverOption.REQUEST_CONSISTENCY)).isEqualTo("LOCAL_QUORUM");
    }

    @Test
    void inRowsShouldNotBeKeptForLongerThanTheTopicsThatTheyAreRebuiltFrom() {
        var settings = CassandraSettings.from(Settings.of(Map.of()));

        assertThat(Duration.ofDays(settings.keepDays())).isPositive().isLessThanOrEqualTo(Topic.DECISIONS.retention());
    }

    @Test
    void inSessionThatFailsWhileItOpensShouldOpenAnother() throws Exception {
        Deque<CompletableFuture<CqlSession>> sessions = new ArrayDeque<>(List.of(
                CompletableFuture.failedFuture(new IllegalStateException("the node left while its name was read")),
                CompletableFuture.completedFuture(opened)));
        var cassandra = new Cassandra(vertx, SETTINGS, sessions::remove);
        assertThatThrownBy(cassandra::session).isInstanceOf(CassandraUnavailableException.class);
        assertThat(cassandra.trouble()).isNotNull();

        assertThat(cassandra
                        .connected()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .isSameAs(opened);

        assertThat(cassandra.session()).isSameAs(opened);
        cassandra.close();
    }

    @Test
    void inCloseBeforeItIsOpenShouldOpenNoOther() {
        var first = new CompletableFuture<CqlSession>();
        var cassandra = new Cassandra(vertx, SETTINGS, () -> first);

        cassandra.close();

        assertThat(first).isCancelled();
        assertThat(cassandra.connected().failed()).isTrue();
    }
}
