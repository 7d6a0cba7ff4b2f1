"""Where webhooks may go: https to public addresses, in the one spelling that every parser reads alike."""

from ipaddress import ip_address

import pytest

from services.notifications.addresses import Target, is_public, judge, parse
from services.notifications.errors import UrlForbidden

# every way to say "this machine", "this network" or "the metadata service" that a parser somewhere understands
FORBIDDEN = [
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "//hooks.example.com/",
    "hooks.example.com",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://api.localhost/",
    "https://printer.local/",
    "https://intranet/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://router.home.arpa/",
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.0x1/",
    "https://127.000.000.001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
    "https://example.com.0x7f000001/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://192.88.99.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[2001:0:7f00:1::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[fec0::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[2606:4700::1111/",
    "https://::1/",
    "https://１２７.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://ｌocalhost/",
    "https://hooks.exämple.com/",
    "https://user@hooks.example.com/",
    "https://user:word@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://hooks.example.com/#fragment",
    "https://hooks.example.com\\@127.0.0.1/",
    "https:\\\\hooks.example.com/",
    "https:///127.0.0.1/",
    "https://%31%32%37.0.0.1/",
    "https://hooks.example.com%00.evil.com/",
    "https://hooks.example.com /",
    " https://hooks.example.com/",
    "https://hooks.example.com/\r\nHost: inside",
    "https://hooks.example.com/\t",
    "https://hooks..example.com/",
    "https://-hooks.example.com/",
    "https://.example.com/",
    "https://hooks.example.com:/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:65536/",
    "https://hooks.example.com:+443/",
    "https://hooks.example.com:443:443/",
    "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 130 + "example.com/",
    "https://hooks.example.com/" + "a" * 2048,
    "",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(UrlForbidden) as refused:
        parse(url)
    assert refused.value.metadata == {"field": "url"}


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://hooks.example.com", "https://hooks.example.com/"),
        ("https://HOOKS.Example.COM:443/Films?a=b", "https://hooks.example.com/Films?a=b"),
        ("https://hooks.example.com?a=b", "https://hooks.example.com/?a=b"),
        ("https://hooks.example.com:8443/", "https://hooks.example.com:8443/"),
        ("https://xn--hoks-5qa.example.com/", "https://xn--hoks-5qa.example.com/"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("https://[2606:4700:0:0::1111]:9000/x", "https://[2606:4700::1111]:9000/x"),
        ("https://1.example.com/%41%00/~!$&'()*+,;=:@", "https://1.example.com/%41%00/~!$&'()*+,;=:@"),
    ],
)
def test_a_public_https_address_gets_one_spelling(url: str, normal: str) -> None:
    assert parse(url).url == normal
    assert parse(normal).url == normal


TARGET = parse("https://hooks.example.com/")


def test_one_forbidden_address_among_many_is_enough() -> None:
    judge([ip_address("93.184.216.34"), ip_address("2606:2800:220:1::1")], TARGET)
    for inside in ("10.0.0.7", "::1", "169.254.169.254", "fe80::1", "::ffff:10.0.0.7", "64:ff9b::a00:7"):
        with pytest.raises(UrlForbidden):
            judge([ip_address("93.184.216.34"), ip_address(inside)], TARGET)


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(UrlForbidden):
        judge([], TARGET)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80b::200e"])
def test_hosts_on_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_an_address_with_a_zone_is_not_public() -> None:
    assert not is_public(ip_address("2606:4700::1111%eth0"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/in", "http://localhost/in", "https://[::1]:8443/in", "http://[::1]/"]
)
def test_loopback_is_taken_where_a_setting_allows_it(url: str) -> None:
    target = parse(url, allow_loopback=True)
    judge([target.literal or ip_address("127.0.0.1")], target, allow_loopback=True)
    with pytest.raises(UrlForbidden):
        parse(url)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/", "http://hooks.example.com/", "http://127.1/"],
)
def test_where_loopback_is_allowed_nothing_else_is_added(url: str) -> None:
    with pytest.raises(UrlForbidden):
        parse(url, allow_loopback=True)


def test_localhost_that_leads_elsewhere_is_refused_over_http() -> None:
    target = parse("http://localhost/", allow_loopback=True)
    for elsewhere in ("10.0.0.1", "8.8.8.8"):
        with pytest.raises(UrlForbidden):
            judge([ip_address(elsewhere)], target, allow_loopback=True)


def test_the_host_header_names_an_unusual_port_and_brackets_ipv6() -> None:
    assert Target("https", "a.example", 443, "/").host_header == "a.example"
    assert Target("https", "a.example", 8443, "/").host_header == "a.example:8443"
    assert Target("https", "2606:4700::1111", 8443, "/").host_header == "[2606:4700::1111]:8443"
