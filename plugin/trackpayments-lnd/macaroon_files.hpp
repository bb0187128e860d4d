// The macaroons that clients copy. Programs ask for one of LND's names or another, and lndclient for all seven. Each
// holds the same rune, which permits the commands trackpayments, getinfo and trackpayments-status alone. It is made at
// the first start, and used again as long as lightningd accepts it.
#pragma once

#include "base/log.hpp"
#include "io/private_directory.hpp"
#include "lndapi/rune_check.hpp"

#include <array>
#include <memory>

namespace trackpayments_lnd {

inline constexpr std::array<const char*, 7> macaroon_files{
    "admin.macaroon",  "readonly.macaroon",  "router.macaroon",       "invoices.macaroon",
    "signer.macaroon", "walletkit.macaroon", "chainnotifier.macaroon"};

/// A macaroon around the rune, as a file.
[[nodiscard]] std::string macaroon_of(const std::string& rune);
/// The rune of such a file; nothing if it is none.
[[nodiscard]] std::optional<std::string> rune_of(const std::string& macaroon);

class MacaroonFiles final {
  public:
    /// `known` gets the rune of the files, once it is known to be good.
    MacaroonFiles(io::Loop& loop, rpc::Client& client, base::Log log, std::function<void(const std::string&)> known)
        : client_(client), runes_(loop, client), log_(std::move(log)), known_(std::move(known)) {}

    /// Call at each connection to lightningd, until done. `directory`: where the files are.
    void ensure(const io::PrivateDirectory& directory);

  private:
    void create();
    void store(const std::string& rune);

    rpc::Client& client_;
    lndapi::RuneCheck runes_;
    base::Log log_;
    std::function<void(const std::string&)> known_;
    const io::PrivateDirectory* directory_ = nullptr;
    bool done_ = false;
};

} // namespace trackpayments_lnd
