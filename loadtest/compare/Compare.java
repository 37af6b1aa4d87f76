import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Compares one JUnit XML with several others: how many cases were found and skipped, and which failed. Frameworks spell names
 * differently from one of their own reports to the next, so parentheses, parameters and the separators of paths do not count.
 */
class Compare {
    record Report(int found, int skipped, List<String> failing) {}

    public static void main(String[] args) throws Exception {
        Report ours = read(args[0]);
        Report theirs = read(Arrays.copyOfRange(args, 1, args.length));
        print("Millrace", ours);
        print("direct", theirs);
        if (theirs.found() == 0) {
            System.out.println("NOTHING to compare: the direct run reports no case");
            System.exit(1);
        }
        System.out.println(ours.equals(theirs) ? "equal" : "DIFFERENT");
        System.exit(ours.equals(theirs) ? 0 : 1);
    }

    private static Report read(String... files) throws Exception {
        int found = 0;
        int skipped = 0;
        List<String> failing = new ArrayList<>();
        for (String file : files) {
            NodeList cases = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new File(file))
                    .getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                Element one = (Element) cases.item(i);
                found++;
                NodeList skips = one.getElementsByTagName("skipped");
                // A test that ctest could not run fails it, although its report says skipped.
                boolean failedToRun = one.getAttribute("status").equals("notrun")
                        && skips.getLength() > 0
                        && !((Element) skips.item(0)).getAttribute("message").matches("|SKIP_.*");
                boolean notRun = one.getAttribute("status").matches("disabled|notrun") || skips.getLength() > 0;
                skipped += notRun && !failedToRun ? 1 : 0;
                int failures = one.getElementsByTagName("failure").getLength()
                        + one.getElementsByTagName("error").getLength()
                        + (failedToRun ? 1 : 0);
                if (failures > 0) {
                    failing.add(name(one));
                }
            }
        }
        Collections.sort(failing);
        return new Report(found, skipped, failing);
    }

    private static String name(Element one) {
        String owner = one.getAttribute("classname").replace(".py", "").replaceAll("/|::", ".");
        return owner + " " + one.getAttribute("name").replaceAll("[({].*", "");
    }

    private static void print(String who, Report report) {
        System.out.printf(
                "%-9s found %d  skipped %d  failed %d%n",
                who, report.found(), report.skipped(), report.failing().size());
        report.failing().forEach(name -> System.out.println("            " + name));
    }
}
