package dev.millrace.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CaughtSignalsTest {
    @Test
    void inMaskShouldFindEachSignalByItsBit() {
        // The signals that a JVM handles: HUP, INT, QUIT, ILL, TRAP, BUS, FPE, SEGV, USR2, PIPE, TERM, XFSZ and one
        // real-time signal.
        CaughtSignals caught =
                CaughtSignals.parse("Name:\tjava\nSigIgn:\t0000000000000020\nSigCgt:\t2000000101005ccf\n");

        assertThat(caught.contains(3)).isTrue();
        assertThat(caught.contains(15)).isTrue();
        assertThat(caught.contains(62)).isTrue();
        assertThat(caught.contains(6)).isFalse();
        assertThat(caught.contains(64)).isFalse();
    }

    @Test
    void inHighestSignalShouldReadTheSignBit() {
        assertThat(CaughtSignals.parse("SigCgt:\tffffffffffffffff\n").contains(64))
                .isTrue();
    }

    @Test
    void inProcessThatIsGoneShouldHaveNone() {
        assertThat(CaughtSignals.of(0).mask()).isZero();
        assertThat(CaughtSignals.parse("").mask()).isZero();
    }

    @Test
    void inThisJvmShouldCatchTheSignalItDumpsItsThreadsAt() {
        assertThat(CaughtSignals.of(ProcessHandle.current().pid()).contains(3)).isTrue();
    }
}
