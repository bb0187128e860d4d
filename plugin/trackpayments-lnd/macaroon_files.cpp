#include "plugin/trackpayments-lnd/macaroon_files.hpp"

#include "lndapi/credential.hpp"
#include "lndapi/macaroon.hpp"
#include "plugin/trackpayments-lnd/new_rune.hpp"

#include <random>

namespace trackpayments_lnd {

using base::LogLevel;

namespace {

constexpr std::size_t longest_macaroon = 16UL * 1024;
constexpr std::size_t nonce_bytes = 16;
constexpr std::size_t signature_bytes = 32;

std::string random_bytes(std::size_t count) {
    std::random_device entropy;
    std::string bytes(count, '\0');
    for (auto& byte : bytes)
        byte = static_cast<char>(entropy());
    return bytes;
}

} // namespace

std::string macaroon_of(const std::string& rune) {
    lndapi::MacaroonId id{random_bytes(nonce_bytes), rune, {{"info", {"read"}}, {"offchain", {"read"}}}};
    return lndapi::write_macaroon({"lnd", lndapi::write_macaroon_id(id), {}, random_bytes(signature_bytes)});
}

std::optional<std::string> rune_of(const std::string& macaroon) {
    const auto read = lndapi::read_macaroon(macaroon);
    const auto id = read ? lndapi::read_macaroon_id(read->id) : std::nullopt;
    return id && lndapi::looks_like_rune(id->storage_id) ? std::optional(id->storage_id) : std::nullopt;
}

void MacaroonFiles::ensure(const io::PrivateDirectory& directory) {
    directory_ = &directory;
    if (done_)
        return;
    const auto old = directory.load(macaroon_files.front(), longest_macaroon);
    if (!old)
        return log_(LogLevel::unusual, "no macaroons: " + old.error());
    const auto rune = *old ? rune_of(**old) : std::nullopt;
    if (!rune)
        return create();
    runes_.check(*rune, "trackpayments", "{}", {}, [this, rune](const std::optional<lndapi::Failure>& failure) {
        if (!failure)
            return store(*rune);
        if (failure->status.code != lndapi::GrpcCode::unavailable) // blacklisted, or of another node
            create();
    });
}

void MacaroonFiles::create() {
    client_.call(
        "createrune", R"({"restrictions":[["method=trackpayments","method=getinfo","method=trackpayments-status"]]})",
        [this](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            const auto made = result ? new_rune(*result) : std::nullopt;
            if (made) {
                log_(LogLevel::info, "made macaroons with a new rune in " + directory_->path());
                return store(made->rune);
            }
            log_(LogLevel::unusual, "no macaroons: createrune failed" +
                                        (result ? std::string() : ": " + base::loggable(result.error().error.message)));
        });
}

void MacaroonFiles::store(const std::string& rune) {
    known_(rune);
    const auto macaroon = macaroon_of(rune);
    for (const auto* name : macaroon_files) {
        const auto old = directory_->load(name, longest_macaroon);
        if (old && *old && rune_of(**old) == rune)
            continue;
        if (const auto stored = directory_->store(name, macaroon); !stored)
            return log_(LogLevel::unusual, "no macaroons: " + stored.error());
    }
    done_ = true;
}

} // namespace trackpayments_lnd
