#include "jetstream/problem.hpp"

namespace jetstream {

namespace {

std::string no_jetstream() {
    return "JetStream is not enabled on the server";
}

bool no_jetstream_code(jsErrCode code) {
    return code == JSNotEnabledErr || code == JSNotEnabledForAccountErr;
}

bool is(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// `SSL handshake error: 62:hostname mismatch:expected=…:cert=…`, or without number if it is no fault of the
// certificate.
std::string handshake_problem(std::string_view text) {
    constexpr std::string_view prefix = "SSL handshake error: ";
    if (!text.starts_with(prefix))
        return std::string(text);
    text.remove_prefix(prefix.size());
    if (text == "(null)") // OpenSSL has no reason: the system call failed
        return "the TLS handshake failed: the connection was lost meanwhile";
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || text[digits] != ':')
        return "the TLS handshake failed (" + std::string(text) + ")";
    text.remove_prefix(digits + 1);
    return "the server's certificate cannot be verified (" + std::string(text.substr(0, text.find(':'))) + ")";
}

// The server's answer to the first PING. A server with TLS 1.3 refuses a client's certificate only then.
std::string answer_problem(const std::string& url, const std::string& text) {
    if (text != "Expected 'PONG', got ''")
        return text;
    return std::string("the server closed the connection before it accepted this client") +
           (url.starts_with("tls://") ? "; does it demand a client's certificate?" : "");
}

} // namespace

std::string printable(std::string_view text) {
    std::string clean;
    for (const char c : text.substr(0, 200))
        clean += c >= ' ' && c <= '~' ? c : '?';
    return clean;
}

std::string last_error(natsStatus status) {
    natsStatus of_text = NATS_OK;
    const char* text = nats_GetLastError(&of_text);
    if (text == nullptr || *text == '\0' || of_text != status)
        return natsStatus_GetText(status);
    std::string_view rest = text;
    if (rest.starts_with('(')) // the place in its source: `(conn.c:735): `
        if (const auto end = rest.find("): "); end != std::string_view::npos)
            rest.remove_prefix(end + 3);
    return printable(rest);
}

std::string connect_problem(const std::string& url, natsStatus status, const std::string& text) {
    return "cannot connect to " + url + ": " +
           (status == NATS_NO_SERVER                    ? "no server answers there"
            : status == NATS_TIMEOUT                    ? "the server does not answer in time"
            : status == NATS_SECURE_CONNECTION_WANTED   ? "the server does not offer TLS"
            : status == NATS_SECURE_CONNECTION_REQUIRED ? "the server demands TLS"
            : status == NATS_CONNECTION_AUTH_FAILED     ? "the server refuses the credentials (" + text + ")"
            : status == NATS_PROTOCOL_ERROR             ? answer_problem(url, text)
            // The server's greeting has nothing to sign.
            : status == NATS_INVALID_ARG && text == "input cannot be empty"
                ? "the server has no users with keys, so the nkey cannot be used"
                : handshake_problem(text));
}

std::string closed_problem(natsStatus status, const std::string& text) {
    if (status == NATS_STALE_CONNECTION)
        return "the server does not answer any more";
    return "the connection was lost" + (status == NATS_OK || text.empty() ? "" : ": " + text);
}

std::string request_problem(const std::string& doing, natsStatus status, jsErrCode code, const std::string& text) {
    if (status == NATS_NO_RESPONDERS || no_jetstream_code(code))
        return no_jetstream();
    if (status == NATS_TIMEOUT)
        return doing + ": no answer in time; has it a leader?";
    return doing + ": " + text;
}

std::string publish_problem(const std::string& stream, natsStatus status, jsErrCode code, const std::string& text) {
    const auto name = "the stream " + stream;
    if (status == NATS_NO_RESPONDERS)
        return name + " does not answer: it was deleted, or it has no leader";
    if (status == NATS_TIMEOUT)
        return name + " did not acknowledge a message in time";
    if (code == JSStreamNotMatchErr)
        return "another stream than " + stream + " takes the messages";
    if (no_jetstream_code(code))
        return no_jetstream();
    if (code == JSStreamStoreFailedErr && is(text, "maximum") && is(text, "exceeded"))
        return name + " is full (" + text + ")";
    return name + " refuses messages: " + text;
}

} // namespace jetstream
