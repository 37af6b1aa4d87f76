import java.io.File;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Compares one JUnit XML with several others: cases found and skipped, and the names of those that failed. */
class Compare {
    record Report(int found, int skipped, Set<String> failing) {}

    public static void main(String[] args) throws Exception {
        Report millrace = read(args[0]);
        Report console = read(Arrays.copyOfRange(args, 1, args.length));
        print("millrace", millrace);
        print("console", console);
        System.out.println(millrace.equals(console) ? "equal" : "DIFFERENT");
        System.exit(millrace.equals(console) ? 0 : 1);
    }

    private static Report read(String... files) throws Exception {
        int found = 0;
        int skipped = 0;
        Set<String> failing = new TreeSet<>();
        for (String file : files) {
            NodeList cases = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new File(file))
                    .getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                Element one = (Element) cases.item(i);
                found++;
                skipped += one.getElementsByTagName("skipped").getLength() > 0 ? 1 : 0;
                int failures = one.getElementsByTagName("failure").getLength()
                        + one.getElementsByTagName("error").getLength();
                if (failures > 0) {
                    failing.add(one.getAttribute("classname") + "." + one.getAttribute("name"));
                }
            }
        }
        return new Report(found, skipped, failing);
    }

    private static void print(String who, Report report) {
        System.out.printf(
                "%-9s found %d  skipped %d  failed %d%n",
                who, report.found(), report.skipped(), report.failing().size());
        report.failing().forEach(name -> System.out.println("            " + name));
    }
}
