package dev.millrace.executor.cases;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;
import org.jspecify.annotations.Nullable;

/**
 * Reads XML that a task wrote. The memory used is bounded, however large the file is, and the time grows only in proportion to its size. A
 * parser holds the open elements, the current token and every name that it has read. Each of these has a limit here, and {@link #next()}
 * fails beyond it. Long text needs no limit, because it comes in pieces. Document types are refused, and entities with them. Namespaces are
 * not processed, because the parser would compare each declaration with all earlier ones of its tag. Declarations are treated as ordinary
 * attributes, and the name of an element is the part after the prefix. For one thread.
 */
final class BoundedXmlReader extends StreamReaderDelegate {
    /** The deepest nesting of elements; reports nest only a few. */
    static final int MAX_DEPTH = 100;

    /** The limit of one tag, comment, CDATA section or instruction, which the parser holds whole. */
    static final int MAX_TOKEN_BYTES = 1 << 20;

    /** The most attributes of one tag; reports have a dozen, and the parser compares them with each other. */
    static final int MAX_ATTRIBUTES = 100;

    /** The limit of all different names, which the parser keeps until the end of the file; reports have a few dozen. */
    static final int MAX_NAMES_BYTES = 1 << 20;

    /** Heap bytes that the parser needs for a name in addition to its characters. */
    private static final int BYTES_PER_NAME = 100;

    /** The parser's name for its own limit on attributes. */
    private static final String ATTRIBUTE_LIMIT = "jdk.xml.elementAttributeLimit";

    private static final String OVER_ATTRIBUTE_LIMIT = "JAXP00010002";

    /** Says which limit was exceeded. Other exceptions say that a file is not XML. */
    static final class LimitException extends XMLStreamException {
        private static final long serialVersionUID = 1;

        LimitException(String message) {
            super(message);
        }
    }

    private final TokenStream in;
    private final Set<String> names = new HashSet<>();
    private long namesBytes;
    private int depth;

    /** @param in the XML; it is not closed */
    static BoundedXmlReader of(InputStream in) throws XMLStreamException {
        var tokens = new TokenStream(in);
        try {
            return new BoundedXmlReader(factory().createXMLStreamReader(tokens), tokens);
        } catch (XMLStreamException e) {
            throw tokens.exceeded ? tokenTooLong() : e;
        }
    }

    private BoundedXmlReader(XMLStreamReader reader, TokenStream in) {
        super(reader);
        this.in = in;
    }

    private static XMLInputFactory factory() {
        // Always uses the parser of the JDK, because the limits here depend on what that parser keeps in memory.
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setProperty(ATTRIBUTE_LIMIT, Integer.toString(MAX_ATTRIBUTES));
        return factory;
    }

    /** @throws LimitException if the next token, or the elements and names held so far, exceed a limit */
    @Override
    public int next() throws XMLStreamException {
        in.ofToken = 0;
        int event;
        try {
            event = super.next();
        } catch (XMLStreamException e) {
            throw in.exceeded ? tokenTooLong() : isOverAttributes(e) ? tooManyAttributes() : e;
        }
        switch (event) {
            case XMLStreamConstants.START_ELEMENT -> open();
            case XMLStreamConstants.END_ELEMENT -> depth--;
            case XMLStreamConstants.PROCESSING_INSTRUCTION -> keep(getPITarget());
            case XMLStreamConstants.DTD -> throw new LimitException("it has a document type");
            default -> {
                // Other events add nothing to the memory in use.
            }
        }
        return event;
    }

    private void open() throws LimitException {
        if (++depth > MAX_DEPTH) {
            throw new LimitException("its elements are nested deeper than " + MAX_DEPTH);
        }
        keep(super.getLocalName());
        for (int i = 0; i < getAttributeCount(); i++) {
            keep(getAttributeLocalName(i));
            keep(getAttributePrefix(i));
        }
    }

    /** Returns the name without its prefix. */
    @Override
    public String getLocalName() {
        String name = super.getLocalName();
        return name.substring(name.indexOf(':') + 1);
    }

    private void keep(@Nullable String name) throws LimitException {
        if (name != null && names.add(name)) {
            namesBytes += BYTES_PER_NAME + 2L * name.length();
        }
        if (namesBytes > MAX_NAMES_BYTES) {
            throw new LimitException("it has too many different names of elements and attributes");
        }
    }

    private static boolean isOverAttributes(XMLStreamException e) {
        return String.valueOf(e.getMessage()).contains(OVER_ATTRIBUTE_LIMIT);
    }

    private static LimitException tooManyAttributes() {
        return new LimitException("a tag in it has more than " + MAX_ATTRIBUTES + " attributes");
    }

    private static LimitException tokenTooLong() {
        return new LimitException("a tag, comment or CDATA section in it is longer than " + MAX_TOKEN_BYTES + " bytes");
    }

    /** Fails when the parser reads more bytes than a token may have. Bytes that it reads ahead count for the token before. */
    private static final class TokenStream extends FilterInputStream {
        private long ofToken;
        private boolean exceeded;

        TokenStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return count(super.read(), 1);
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            return count(read, read);
        }

        private int count(int result, int bytes) throws IOException {
            ofToken += result < 0 ? 0 : bytes;
            if (ofToken > MAX_TOKEN_BYTES) {
                exceeded = true;
                throw new IOException("a token is longer than " + MAX_TOKEN_BYTES + " bytes");
            }
            return result;
        }
    }
}
