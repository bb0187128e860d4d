// Who may read `/metrics`: whoever sends a rune that permits trackpayments-status, as Prometheus or as LND's clients
// send it; and, if the operator allows that, whoever is on this machine. A browser there must not read it for a web
// page of somebody else: a page of another site sends that site's name as Host, whatever address the name stands for
// (DNS rebinding), or its own as Origin. Behind a proxy all clients seem to be on this machine.
#pragma once

#include "http/message.hpp"

#include <string_view>
#include <vector>

namespace lndapi {

/// The values of `Authorization: Bearer` and `Grpc-Metadata-Macaroon`. They are secret: never logged.
[[nodiscard]] std::vector<std::string_view> metrics_credentials(const http::Request& http);

/// True if the client is on this machine, and is neither a proxy nor a browser that shows another site's page.
[[nodiscard]] bool is_local(const http::Request& http);

/// True for `localhost`, 127.0.0.0/8 and ::1 as the header Host has them, with or without a port.
[[nodiscard]] bool names_loopback(std::string_view host);

} // namespace lndapi
