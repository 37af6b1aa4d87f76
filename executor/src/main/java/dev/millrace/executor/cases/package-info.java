/** Results of test cases: reports of frameworks and runners, read within limits and written as lines. */
@NullMarked
package dev.millrace.executor.cases;

import org.jspecify.annotations.NullMarked;
