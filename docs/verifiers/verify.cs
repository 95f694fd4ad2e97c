// Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, scheme v1 (HMAC-SHA256).
// Copy this file into your code and add your namespace. It needs .NET 8 or later and no package.
// The class library of .NET 8 has no Ed25519, so that v1a is refused with a clear message: use the whsec_ secret.
#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

/// <summary>The event is not to be trusted; the message is one word, safe to log. Answer 401.</summary>
public sealed class VerificationException : Exception
{
    public VerificationException(string reason) : base(reason) { }
}

public static class PledgewatchWebhook
{
    public const long ToleranceSeconds = 300;

    private const string MalformedKey =
        "A key is \"whsec_\" and base64 of 24 to 64 bytes, \"whpk_\" and base64 of 32 bytes, "
        + "or the x of a JWK: copy it again, whole.";
    private const string NoEd25519 =
        "v1a needs Ed25519, which the class library of .NET lacks: verify v1 with the whsec_ secret.";

    /// <summary>Verifies one event.</summary>
    /// <param name="headers">Names in any case, one pair a value.</param>
    /// <param name="body">Exactly as received, before any JSON parser.</param>
    /// <param name="secretOrKey">The secret, "whsec_...".</param>
    /// <param name="now">The time to judge the age of the event by.</param>
    /// <returns>The webhook-id, which every retry carries again: skip an id that you have stored.</returns>
    /// <exception cref="VerificationException">The event is not to be trusted.</exception>
    /// <exception cref="ArgumentException">The key is malformed.</exception>
    /// <exception cref="PlatformNotSupportedException">The key is a public one, of v1a.</exception>
    public static string Verify(
        IEnumerable<KeyValuePair<string, string>> headers, byte[] body, string secretOrKey, DateTimeOffset now)
    {
        byte[] secret = ParseSecret(secretOrKey);
        string id = Single(headers, "webhook-id");
        string timestamp = Single(headers, "webhook-timestamp");
        string signatures = Single(headers, "webhook-signature");
        if (id == "" || timestamp == "" || signatures == "") throw new VerificationException("missing_header");
        if (!Regex.IsMatch(id, @"\A[A-Za-z0-9_-]{1,256}\z")) throw new VerificationException("malformed_id");
        if (!Regex.IsMatch(timestamp, @"\A(0|[1-9][0-9]{0,11})\z"))
            throw new VerificationException("malformed_timestamp");
        long age = now.ToUnixTimeSeconds() - long.Parse(timestamp);
        if (age > ToleranceSeconds) throw new VerificationException("too_old");
        if (age < -ToleranceSeconds) throw new VerificationException("too_new");
        byte[] signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.").Concat(body).ToArray();
        using var hmac = new HMACSHA256(secret);
        byte[] expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(hmac.ComputeHash(signed)));
        bool matches = signatures.Split(' ').Any(signature =>
            CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature)));
        return matches ? id : throw new VerificationException("no_matching_signature");
    }

    /// <summary>The prefix of the key alone decides the scheme, never the sender.</summary>
    private static byte[] ParseSecret(string secretOrKey)
    {
        if (secretOrKey.StartsWith("whsec_", StringComparison.Ordinal))
        {
            byte[]? secret = Decode(secretOrKey["whsec_".Length..]);
            if (secret == null || secret.Length < 24 || secret.Length > 64) throw new ArgumentException(MalformedKey);
            return secret;
        }
        byte[]? publicKey = secretOrKey.StartsWith("whpk_", StringComparison.Ordinal)
            ? Decode(secretOrKey["whpk_".Length..])
            : Decode(secretOrKey.Replace('-', '+').Replace('_', '/') + "=");
        if (publicKey == null || publicKey.Length != 32) throw new ArgumentException(MalformedKey);
        throw new PlatformNotSupportedException(NoEd25519);
    }

    /// <summary>.NET passes over white space; only the one right spelling comes back the same.</summary>
    private static byte[]? Decode(string text)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(text);
            return Convert.ToBase64String(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Empty when missing; a header given twice counts as missing.</summary>
    private static string Single(IEnumerable<KeyValuePair<string, string>> headers, string name)
    {
        string[] values = headers
            .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value)
            .ToArray();
        return values.Length == 1 ? values[0] : "";
    }
}

/// <summary>For tests; leave it out. Reads one test case a line, prints "ok" or the reason a line.</summary>
public static class TestCases
{
    public static void Main()
    {
        Console.InputEncoding = Encoding.UTF8;
        for (string? line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            JsonElement test = JsonDocument.Parse(line).RootElement;
            var headers = test.GetProperty("headers").EnumerateObject()
                .Select(header => KeyValuePair.Create(header.Name, header.Value.GetString()!));
            byte[] body = test.GetProperty("body").GetBytesFromBase64();
            string key = test.GetProperty("key").GetString()!;
            DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(test.GetProperty("now").GetInt64());
            try
            {
                PledgewatchWebhook.Verify(headers, body, key, now);
                Console.WriteLine("ok");
            }
            catch (Exception refusal) when (
                refusal is VerificationException || refusal is ArgumentException
                || refusal is PlatformNotSupportedException)
            {
                Console.WriteLine(refusal.Message);
            }
        }
    }
}
