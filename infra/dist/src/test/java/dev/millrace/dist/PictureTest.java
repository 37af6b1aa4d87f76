package dev.millrace.dist;

import dev.millrace.schemas.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Draws {@code docs/architecture.svg} from the text file beside it, so that changes of the picture are edited and reviewed as text. */
class PictureTest {
    private static final Path TEXT = SharedStack.ROOT.resolve("docs/architecture.picture");
    private static final Path PICTURE = SharedStack.ROOT.resolve("docs/architecture.svg");
    private static final int WIDTH = 150;
    private static final int HEIGHT = 56;
    private static final int COLUMN = 220;
    private static final int ROW = 112;
    private static final int MARGIN = 24;

    /**
     * The position of the label along its arrow, from 0 at the start to 1 at the end. It is nearer to the start, because arrows cross in
     * the middle.
     */
    private static final double ALONG = 0.4;

    private static final Map<String, String> FILLS =
            Map.of("user", "#ffffff", "service", "#dbeafe", "topic", "#fef3c7", "store", "#e5e7eb");

    private record Box(int column, int row, String kind, List<String> lines) {
        double x() {
            return MARGIN + column * COLUMN;
        }

        double y() {
            return MARGIN + row * ROW;
        }

        double middleX() {
            return x() + WIDTH / 2.0;
        }

        double middleY() {
            return y() + HEIGHT / 2.0;
        }
    }

    private record Point(double x, double y) {}

    /** Returns the point just outside {@code from} where an arrow between the centres of the two boxes begins or ends. */
    private static Point edge(Box from, Box to) {
        double dx = to.middleX() - from.middleX();
        double dy = to.middleY() - from.middleY();
        double scale = Math.min(
                dx == 0 ? Double.MAX_VALUE : (WIDTH / 2.0 + 2) / Math.abs(dx),
                dy == 0 ? Double.MAX_VALUE : (HEIGHT / 2.0 + 2) / Math.abs(dy));
        return new Point(from.middleX() + dx * scale, from.middleY() + dy * scale);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + "\n";
    }

    private static String draw(List<String> text) {
        Map<String, Box> boxes = new LinkedHashMap<>();
        var arrows = new StringBuilder();
        for (String each : text) {
            String[] words = each.strip().split("\\s*\\|\\s*|\\s+", 2);
            if (words[0].equals("box")) {
                String[] parts = words[1].split(Pattern.quote("|"), -1);
                String[] at = parts[1].strip().split(" ");
                boxes.put(
                        parts[0].strip(),
                        new Box(
                                Integer.parseInt(at[0]),
                                Integer.parseInt(at[1]),
                                parts[2].strip(),
                                List.of(parts).subList(3, parts.length).stream()
                                        .map(String::strip)
                                        .toList()));
            } else if (words[0].equals("arrow")) {
                String[] parts = words[1].split(Pattern.quote("|"), -1);
                String[] ends = parts[0].split("->");
                arrows.append(arrow(box(boxes, ends[0]), box(boxes, ends[1]), parts[1].strip()));
            }
        }
        int columns = boxes.values().stream().mapToInt(Box::column).max().orElse(0);
        int rows = boxes.values().stream().mapToInt(Box::row).max().orElse(0);
        int width = 2 * MARGIN + columns * COLUMN + WIDTH;
        int height = 2 * MARGIN + rows * ROW + HEIGHT;
        var svg = new StringBuilder();
        svg.append(line(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" role=\"img\""
                        + " aria-label=\"How a job goes through Millrace\">",
                width, height));
        svg.append(line("<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"#fafafa\"/>", width, height));
        svg.append(
                "<defs><marker id=\"a\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\""
                        + " orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"#374151\"/></marker></defs>\n");
        svg.append(arrows);
        boxes.values().forEach(it -> svg.append(drawn(it)));
        return svg.append("</svg>\n").toString();
    }

    private static Box box(Map<String, Box> boxes, String name) {
        Box found = boxes.get(name.strip());
        if (found == null) {
            throw new IllegalArgumentException("there is no box '" + name.strip() + "'");
        }
        return found;
    }

    private static String arrow(Box from, Box to, String words) {
        Point begin = edge(from, to);
        Point end = edge(to, from);
        String drawn = line(
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#374151\" stroke-width=\"1.5\" fill=\"none\" marker-end=\"url(#a)\"/>",
                begin.x(), begin.y(), end.x(), end.y());
        boolean isSteep = Math.abs(end.x() - begin.x()) < 40;
        return words.isEmpty()
                ? drawn
                : drawn
                        + line(
                                "<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\" fill=\"#374151\" text-anchor=\"%s\">%s</text>",
                                begin.x() + ALONG * (end.x() - begin.x()) + (isSteep ? 8 : 0),
                                begin.y() + ALONG * (end.y() - begin.y()) + (isSteep ? 4 : -6),
                                isSteep ? "start" : "middle",
                                words);
    }

    private static String drawn(Box box) {
        var drawn = new StringBuilder(line(
                "<rect x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\" stroke=\"#374151\"/>",
                box.x(),
                box.y(),
                WIDTH,
                HEIGHT,
                box.kind().equals("topic") ? HEIGHT / 2 : 6,
                FILLS.getOrDefault(box.kind(), "#ffffff")));
        double first = box.middleY() + (box.lines().size() == 1 ? 5 : -3);
        for (int i = 0; i < box.lines().size(); i++) {
            drawn.append(line(
                    "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"#111827\" text-anchor=\"middle\">%s</text>",
                    box.middleX(), first + i * 18, i == 0 ? 15 : 11, box.lines().get(i)));
        }
        return drawn.toString();
    }

    @Test
    void inPictureShouldBeWhatItsTextSays() throws IOException {
        Documents.assertUpToDate(PICTURE, draw(Files.readAllLines(TEXT)));
    }
}
