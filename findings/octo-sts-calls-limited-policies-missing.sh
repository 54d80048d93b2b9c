#!/usr/bin/env bash
# octo-sts 0.8.0 reads a trust policy from GitHub. If GitHub's own rate limit refuses that, primary or secondary, it answers 404
# `unable to find trust policy`, as if there were none: it looks for a 403 or 429 in go-github's ErrorResponse, but go-github 88
# gives a limit another type (RateLimitError, AbuseRateLimitError). A 403 that tells of no limit, such as that of a missing
# permission, it answers by 429 `GitHub API rate limit exceeded`. So neither answer tells a client whether to try again.
# octo-sts's own server with a transport in GitHub's place: nothing leaves the process. Ends with 1 as soon as it behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# With the versions that octo-sts itself was tested with.
printf 'module example.com/none\n' >go.mod
go mod download -json github.com/octo-sts/app@v0.8.0 >module.json
field() { sed -n "s/^\t\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" module.json; }
sed 's|^module .*|module example.com/look|' "$(field Dir)/go.mod" >go.mod
printf '\nrequire github.com/octo-sts/app v0.8.0\n' >>go.mod
cat "$(field Dir)/go.sum" >go.sum
printf 'github.com/octo-sts/app v0.8.0 %s\ngithub.com/octo-sts/app v0.8.0/go.mod %s\n' "$(field Sum)" "$(field GoModSum)" >>go.sum
cat >look_test.go <<'GO'
package look

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	v1 "chainguard.dev/sdk/proto/platform/oidc/v1"
	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/octo-sts/app/pkg/ghinstall"
	"github.com/octo-sts/app/pkg/octosts"
	"github.com/octo-sts/app/pkg/provider"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const issuer = "https://token.actions.githubusercontent.com"
const subject = "repo:octo/app:ref:refs/heads/main"

// What GitHub answers when the policy is read.
type read struct {
	name   string
	status int
	body   string
	header http.Header
}

func (policy read) RoundTrip(request *http.Request) (*http.Response, error) {
	code, body, header := 201, `{"token":"ghs_x","expires_at":"2099-01-01T00:00:00Z"}`, http.Header{}
	switch path := request.URL.Path; {
	case path == "/app/installations":
		code, body = 200, `[{"id":1,"account":{"login":"octo"}}]`
	case strings.Contains(path, "/contents/"):
		code, body, header = policy.status, policy.body, policy.header
	case request.Method == http.MethodDelete:
		code, body = 204, ""
	}
	return &http.Response{StatusCode: code, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: request}, nil
}

func TestLook(t *testing.T) {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	signer, _ := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	claims := jwt.Claims{Issuer: issuer, Subject: subject, Audience: jwt.Audience{"sts.example.com"}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute))}
	token, _ := jwt.Signed(signer).Claims(claims).Serialize()
	provider.AddTestKeySetVerifier(t, issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public()}})
	ctx := metadata.NewIncomingContext(context.Background(), metadata.MD{"authorization": {"Bearer " + token}})

	limit := http.Header{"X-Ratelimit-Limit": {"5000"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4070908800"}}
	docs := "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
	secondary := `{"message":"You have exceeded a secondary rate limit.","documentation_url":"` + docs + `"}`
	file := `{"type":"file","encoding":"","content":"issuer: ` + issuer + `\nsubject: ` + subject + `\npermissions: {actions: write}\n"}`
	for at, policy := range []read{
		{"the policy", 200, file, nil},
		{"primary limit", 403, `{"message":"API rate limit exceeded for installation ID 1."}`, limit},
		{"primary limit", 429, `{"message":"API rate limit exceeded for installation ID 1."}`, limit},
		{"secondary limit", 403, secondary, http.Header{"Retry-After": {"60"}}},
		{"secondary limit", 429, secondary, http.Header{"Retry-After": {"60"}}},
		{"no permission", 403, `{"message":"Resource not accessible by integration"}`, nil},
		{"unavailable", 503, `{"message":"Service Unavailable"}`, nil},
		{"no such file", 404, `{"message":"Not Found"}`, nil},
	} {
		http.DefaultTransport = policy
		app := ghinstallation.NewAppsTransportFromPrivateKey(policy, 1, key)
		manager, err := ghinstall.New(app)
		if err != nil {
			t.Fatal(err)
		}
		server := octosts.NewSecurityTokenServiceServer(manager, nil, 1, nil, "sts.example.com", false)
		// What it has read is remembered for each identity.
		_, err = server.Exchange(ctx, &v1.ExchangeRequest{Scope: "octo/app", Identity: fmt.Sprint("id", at)})
		fmt.Printf("GitHub: %d %s; octo-sts: %d %s\n", policy.status, policy.name, runtime.HTTPStatusFromCode(status.Code(err)), status.Convert(err).Message())
	}
}
GO
seen=$(go test -v -count=1 . 2>/dev/null | grep '^GitHub: ' | sed 's/"id[0-9]*"/"…"/')
echo "$seen"
[ "$seen" = 'GitHub: 200 the policy; octo-sts: 200 
GitHub: 403 primary limit; octo-sts: 404 unable to find trust policy for "…"
GitHub: 429 primary limit; octo-sts: 404 unable to find trust policy for "…"
GitHub: 403 secondary limit; octo-sts: 404 unable to find trust policy for "…"
GitHub: 429 secondary limit; octo-sts: 404 unable to find trust policy for "…"
GitHub: 403 no permission; octo-sts: 429 GitHub API rate limit exceeded (403) for "…"
GitHub: 503 unavailable; octo-sts: 404 unable to find trust policy for "…"
GitHub: 404 no such file; octo-sts: 404 unable to find trust policy for "…"' ]
