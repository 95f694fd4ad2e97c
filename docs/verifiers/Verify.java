import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, schemes v1 (HMAC-SHA256) and v1a (ed25519).
 * Copy this file into your code and add your package line. It needs JDK 17 or later and no library.
 */
public final class Verify {
    public static final long TOLERANCE_S = 300;

    private static final String MALFORMED_KEY =
        "A key is \"whsec_\" and base64 of 24 to 64 bytes, \"whpk_\" and base64 of 32 bytes, "
            + "or the x of a JWK: copy it again, whole.";
    /** What stands before the 32 bytes of an Ed25519 key in X.509 form (RFC 8410). */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** The event is not to be trusted; the message is one word, safe to log. Answer 401. */
    public static final class VerificationException extends Exception {
        private static final long serialVersionUID = 1;

        VerificationException(String reason) {
            super(reason);
        }
    }

    /** The test of one signature. */
    private interface Matcher {
        boolean matches(byte[] signed, String signature) throws GeneralSecurityException;
    }

    private Verify() {}

    /**
     * Verifies one event.
     *
     * @param headers names in any case, as {@code com.sun.net.httpserver} and Spring hand them over
     * @param body exactly as received, before any JSON parser
     * @param secretOrKey {@code whsec_...} verifies v1; {@code whpk_...} or the x of a JWK verifies v1a
     * @return the webhook-id, which every retry carries again: skip an id that you have stored
     * @throws VerificationException when the event is not to be trusted
     * @throws IllegalArgumentException when the key is malformed
     * @throws GeneralSecurityException when this Java lacks an algorithm or the public key is no point of the curve
     */
    public static String verify(
            Map<String, List<String>> headers, byte[] body, String secretOrKey, Instant now)
            throws VerificationException, GeneralSecurityException {
        Matcher matcher = matcher(secretOrKey);
        String id = single(headers, "webhook-id");
        String timestamp = single(headers, "webhook-timestamp");
        String signatures = single(headers, "webhook-signature");
        if (id.isEmpty() || timestamp.isEmpty() || signatures.isEmpty()) {
            throw new VerificationException("missing_header");
        }
        if (!id.matches("[A-Za-z0-9_-]{1,256}")) throw new VerificationException("malformed_id");
        if (!timestamp.matches("0|[1-9][0-9]{0,11}")) throw new VerificationException("malformed_timestamp");
        long age = now.getEpochSecond() - Long.parseLong(timestamp);
        if (age > TOLERANCE_S) throw new VerificationException("too_old");
        if (age < -TOLERANCE_S) throw new VerificationException("too_new");
        byte[] signed = concat((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body);
        for (String signature : signatures.split(" ")) {
            if (matcher.matches(signed, signature)) return id;
        }
        throw new VerificationException("no_matching_signature");
    }

    /** The prefix of the key alone decides the scheme, never the sender. */
    private static Matcher matcher(String secretOrKey) throws GeneralSecurityException {
        if (secretOrKey.startsWith("whsec_")) {
            byte[] secret = decode(secretOrKey.substring(6));
            if (secret == null || secret.length < 24 || secret.length > 64) {
                throw new IllegalArgumentException(MALFORMED_KEY);
            }
            return (signed, signature) -> matchesV1(secret, signed, signature);
        }
        byte[] raw = secretOrKey.startsWith("whpk_")
            ? decode(secretOrKey.substring(5))
            : decode(secretOrKey.replace('-', '+').replace('_', '/') + "=");
        if (raw == null || raw.length != 32) throw new IllegalArgumentException(MALFORMED_KEY);
        PublicKey key = KeyFactory.getInstance("Ed25519")
            .generatePublic(new X509EncodedKeySpec(concat(X509_PREFIX, raw)));
        return (signed, signature) -> matchesV1a(key, signed, signature);
    }

    private static boolean matchesV1(byte[] secret, byte[] signed, String signature)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
        return MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean matchesV1a(PublicKey key, byte[] signed, String signature)
            throws GeneralSecurityException {
        byte[] given = signature.startsWith("v1a,") ? decode(signature.substring(4)) : null;
        if (given == null || given.length != 64) return false;
        Signature ed25519 = Signature.getInstance("Ed25519");
        ed25519.initVerify(key);
        ed25519.update(signed);
        try {
            return ed25519.verify(given);
        } catch (SignatureException malformed) {
            return false;
        }
    }

    /** Java takes base64 without padding too; only the one right spelling comes back the same. Null otherwise. */
    private static byte[] decode(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return Base64.getEncoder().encodeToString(bytes).equals(text) ? bytes : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] whole = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, whole, head.length, tail.length);
        return whole;
    }

    /** Empty when missing; a header given twice counts as missing. */
    private static String single(Map<String, List<String>> headers, String name) {
        List<String> values = headers.entrySet().stream()
            .filter(entry -> name.equalsIgnoreCase(entry.getKey()))
            .flatMap(entry -> entry.getValue().stream())
            .toList();
        return values.size() == 1 ? values.get(0) : "";
    }

    private static final Pattern MEMBER =
        Pattern.compile("\"([^\"]*)\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\d+))");

    /** For tests; leave it out with MEMBER. Reads one test case a line, prints "ok" or the reason a line. */
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Map<String, List<String>> members = new HashMap<>();
            MEMBER.matcher(line).results().forEach(member -> {
                String text = member.group(2) == null ? member.group(3) : member.group(2).translateEscapes();
                members.computeIfAbsent(member.group(1), name -> new ArrayList<>()).add(text);
            });
            byte[] body = Base64.getDecoder().decode(members.get("body").get(0));
            Instant now = Instant.ofEpochSecond(Long.parseLong(members.get("now").get(0)));
            try {
                verify(members, body, members.get("key").get(0), now);
                System.out.println("ok");
            } catch (VerificationException | IllegalArgumentException refusal) {
                System.out.println(refusal.getMessage());
            }
        }
    }
}
