#include "lndapi/caveat.hpp"

#include "json/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

namespace lndapi {

namespace {

using namespace std::chrono;

constexpr std::string_view go_layout = R"("2006-01-02T15:04:05.999999999Z07:00")";

/// Reads the beginning of a text piece by piece.
class Scanner final {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    /// Exactly this many digits.
    std::optional<int> number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits || !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(digits),
                                                  [](char c) { return c >= '0' && c <= '9'; }))
            return std::nullopt;
        (void)std::from_chars(rest_.data(), rest_.data() + digits, value);
        rest_.remove_prefix(digits);
        return value;
    }
    bool literal(char c) {
        if (!rest_.starts_with(c))
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Digits of a fraction as nanoseconds; further ones are cut off.
    std::optional<nanoseconds> fraction() {
        nanoseconds value{0};
        std::int64_t unit = 100'000'000;
        std::size_t count = 0;
        for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count, unit /= 10)
            value += nanoseconds(unit * (rest_[count] - '0'));
        rest_.remove_prefix(count);
        return count > 0 ? std::optional(value) : std::nullopt;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

std::optional<minutes> zone(Scanner& scanner) {
    constexpr int hours_of_day = 24;
    constexpr int minutes_of_hour = 60;
    if (scanner.literal('Z'))
        return minutes(0);
    const int sign = scanner.literal('+') ? 1 : -1;
    if (sign < 0 && !scanner.literal('-'))
        return std::nullopt;
    const auto hour = scanner.number(2);
    const bool colon = scanner.literal(':');
    const auto minute = scanner.number(2);
    if (!hour || !colon || !minute || *hour >= hours_of_day || *minute >= minutes_of_hour)
        return std::nullopt;
    return sign * (hours(*hour) + minutes(*minute));
}

/// An address in the 16 bytes of IPv6; IPv4 is mapped into it.
using Address = std::array<std::uint8_t, 16>;
constexpr std::size_t ipv4_at = 12;

struct ParsedAddress {
    Address bytes{};
    bool ipv4 = false;
};

std::optional<ParsedAddress> parsed(std::string_view text) {
    const std::string name(text);
    ParsedAddress address;
    if (inet_pton(AF_INET6, name.c_str(), address.bytes.data()) == 1)
        return address;
    address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    address.ipv4 = true;
    if (inet_pton(AF_INET, name.c_str(), address.bytes.data() + ipv4_at) == 1)
        return address;
    return std::nullopt;
}

bool is_address(std::string_view text, std::string_view peer) {
    const auto wanted = parsed(text);
    const auto actual = parsed(peer);
    return wanted && actual && wanted->bytes == actual->bytes;
}

/// `range`: an address and the number of its leading bits that count.
bool is_in_range(std::string_view range, std::string_view peer) {
    constexpr int bits_of_byte = 8;
    const auto slash = std::min(range.find('/'), range.size());
    const auto network = parsed(range.substr(0, slash));
    const auto actual = parsed(peer);
    const auto digits = range.substr(std::min(slash + 1, range.size()));
    int bits = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (!network || !actual || error != std::errc{} || at != digits.data() + digits.size() || digits.front() == '-')
        return false;
    if (network->ipv4)
        bits += static_cast<int>(ipv4_at) * bits_of_byte;
    if (bits > static_cast<int>(network->bytes.size()) * bits_of_byte)
        return false;
    for (std::size_t i = 0; i < network->bytes.size() && bits > 0; ++i, bits -= bits_of_byte) {
        const auto mask = bits >= bits_of_byte ? 0xFF : 0xFF << (bits_of_byte - bits) & 0xFF;
        if (((network->bytes[i] ^ actual->bytes[i]) & mask) != 0)
            return false;
    }
    return true;
}

std::optional<std::string> why_too_late(std::string_view text, system_clock::time_point now) {
    const auto limit = read_rfc3339(text);
    if (!limit)
        return "parsing time " + json::quote(text) + " as " + std::string(go_layout) + ": cannot parse it";
    if (now < *limit)
        return std::nullopt;
    return "macaroon has expired";
}

} // namespace

std::optional<sys_time<nanoseconds>> read_rfc3339(std::string_view text) {
    constexpr int hours_of_day = 24;
    constexpr int sixty = 60;
    Scanner scanner(text);
    const auto part = [&](std::size_t digits, char before) {
        return before == '\0' || scanner.literal(before) ? scanner.number(digits) : std::nullopt;
    };
    const auto y = part(4, '\0');
    const auto month_of_year = y ? part(2, '-') : std::nullopt;
    const auto day_of_month = month_of_year ? part(2, '-') : std::nullopt;
    const auto hour = day_of_month ? part(2, 'T') : std::nullopt;
    const auto minute = hour ? part(2, ':') : std::nullopt;
    const auto second = minute ? part(2, ':') : std::nullopt;
    if (!second || *hour >= hours_of_day || *minute >= sixty || *second >= sixty)
        return std::nullopt;
    const auto fraction = scanner.literal('.') ? scanner.fraction() : std::optional(nanoseconds(0));
    const auto offset = fraction ? zone(scanner) : std::nullopt;
    const year_month_day date(year(*y), month(static_cast<unsigned>(*month_of_year)),
                              day(static_cast<unsigned>(*day_of_month)));
    // 64 bits of nanoseconds since 1970 end in 2262.
    constexpr int first_year = 1700;
    constexpr int last_year = 2260;
    if (!offset || !scanner.done() || !date.ok() || *y < first_year || *y > last_year)
        return std::nullopt;
    return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) + *fraction - *offset;
}

std::optional<std::string> why_caveat_fails(std::string_view caveat, system_clock::time_point now,
                                            std::string_view peer) {
    if (caveat.empty())
        return R"(cannot parse caveat "": empty caveat)";
    const auto blank = std::min(caveat.find(' '), caveat.size());
    const auto condition = caveat.substr(0, blank);
    const auto argument = caveat.substr(std::min(blank + 1, caveat.size()));
    std::optional<std::string> reason = "caveat not recognized";
    if (condition == "time-before")
        reason = why_too_late(argument, now);
    else if (condition == "ipaddr")
        reason = is_address(argument, peer) ? std::nullopt : std::optional("macaroon locked to different IP address");
    else if (condition == "iprange")
        reason = is_in_range(argument, peer) ? std::nullopt : std::optional("macaroon locked to different IP range");
    if (!reason)
        return std::nullopt;
    return "caveat " + json::quote(caveat) + " not satisfied: " + *reason;
}

} // namespace lndapi
