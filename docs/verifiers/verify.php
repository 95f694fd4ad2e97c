<?php
/**
 * Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, schemes v1 (HMAC-SHA256) and v1a (ed25519).
 * Copy this file into your code and change its namespace to yours. It needs PHP 8.0 or later; v1a needs the extension
 * sodium, which comes with PHP.
 */

declare(strict_types=1);

namespace Pledgewatch\Webhook;

const TOLERANCE_S = 300;

const MALFORMED_KEY = 'A key is "whsec_" and base64 of 24 to 64 bytes, "whpk_" and base64 of 32 bytes, '
    . 'or the x of a JWK: copy it again, whole.';
const NO_ED25519 = 'v1a needs Ed25519, which this PHP lacks: '
    . 'switch on the extension sodium, or verify v1 with the whsec_ secret.';

/** The event is not to be trusted; the message is one word, safe to log. Answer 401. */
final class VerificationException extends \Exception
{
}

/**
 * Returns the webhook-id, which every retry carries again: skip an id that you have stored.
 *
 * @param array<string, string|string[]> $headers names in any case, as of getallheaders() or PSR-7
 * @param string $body exactly as received, file_get_contents('php://input'), before any JSON parser
 * @param string $secretOrKey "whsec_..." verifies v1; "whpk_..." or the x of a JWK verifies v1a
 * @param int|null $now Unix seconds; the clock of this machine when left out
 * @throws VerificationException when the event is not to be trusted
 * @throws \InvalidArgumentException when the key is malformed
 * @throws \RuntimeException when v1a is asked for without sodium
 */
function verify(array $headers, string $body, string $secretOrKey, ?int $now = null): string
{
    $matches = matcher($secretOrKey);
    $id = single($headers, 'webhook-id');
    $timestamp = single($headers, 'webhook-timestamp');
    $signatures = single($headers, 'webhook-signature');
    if ($id === '' || $timestamp === '' || $signatures === '') {
        throw new VerificationException('missing_header');
    }
    if (!preg_match('/\A[A-Za-z0-9_-]{1,256}\z/', $id)) {
        throw new VerificationException('malformed_id');
    }
    if (!preg_match('/\A(0|[1-9][0-9]{0,11})\z/', $timestamp)) {
        throw new VerificationException('malformed_timestamp');
    }
    $age = ($now ?? time()) - (int) $timestamp;
    if ($age > TOLERANCE_S) {
        throw new VerificationException('too_old');
    }
    if ($age < -TOLERANCE_S) {
        throw new VerificationException('too_new');
    }
    foreach (explode(' ', $signatures) as $signature) {
        if ($matches("$id.$timestamp.$body", $signature)) {
            return $id;
        }
    }
    throw new VerificationException('no_matching_signature');
}

/** The test of one signature; the prefix of the key alone decides the scheme, never the sender. */
function matcher(string $secretOrKey): \Closure
{
    if (str_starts_with($secretOrKey, 'whsec_')) {
        $secret = decode(substr($secretOrKey, strlen('whsec_')));
        if ($secret === null || strlen($secret) < 24 || strlen($secret) > 64) {
            throw new \InvalidArgumentException(MALFORMED_KEY);
        }
        return fn (string $signed, string $signature): bool =>
            hash_equals('v1,' . base64_encode(hash_hmac('sha256', $signed, $secret, true)), $signature);
    }
    $key = str_starts_with($secretOrKey, 'whpk_')
        ? decode(substr($secretOrKey, strlen('whpk_')))
        : decode(strtr($secretOrKey, '-_', '+/') . '=');
    if ($key === null || strlen($key) !== 32) {
        throw new \InvalidArgumentException(MALFORMED_KEY);
    }
    if (!function_exists('sodium_crypto_sign_verify_detached')) {
        throw new \RuntimeException(NO_ED25519);
    }
    return function (string $signed, string $signature) use ($key): bool {
        $given = str_starts_with($signature, 'v1a,') ? decode(substr($signature, strlen('v1a,'))) : null;
        return $given !== null && strlen($given) === 64
            && sodium_crypto_sign_verify_detached($given, $signed, $key);
    };
}

/** PHP passes over white space; only the one right spelling comes back the same. */
function decode(string $text): ?string
{
    $bytes = base64_decode($text, true);
    return $bytes !== false && base64_encode($bytes) === $text ? $bytes : null;
}

/** Empty when missing; a header given twice counts as missing. */
function single(array $headers, string $name): string
{
    $values = [];
    foreach ($headers as $key => $value) {
        if (strtolower((string) $key) === $name) {
            array_push($values, ...(array) $value);
        }
    }
    return count($values) === 1 ? $values[0] : '';
}

/** For tests; leave it out. Reads one test case a line, prints "ok" or the reason a line. */
function main(): void
{
    while (($line = fgets(STDIN)) !== false) {
        $case = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
        try {
            verify($case['headers'], base64_decode($case['body']), $case['key'], $case['now']);
            echo "ok\n";
        } catch (VerificationException | \InvalidArgumentException | \RuntimeException $refusal) {
            echo $refusal->getMessage(), "\n";
        }
    }
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    main();
}
