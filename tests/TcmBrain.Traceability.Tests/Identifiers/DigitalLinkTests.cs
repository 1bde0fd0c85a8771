using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Tests.Identifiers;

public sealed class DigitalLinkTests
{
    [Theory]
    [InlineData("urn:epc:id:sgtin:4012345.011111.9876", "https://id.gs1.org/01/04012345111118/21/9876")]
    [InlineData("urn:epc:class:lgtin:4012345.022222.87545GHGH", "https://id.gs1.org/01/04012345222227/10/87545GHGH")]
    [InlineData("urn:epc:idpat:sgtin:4012345.044444.*", "https://id.gs1.org/01/04012345444445")]
    [InlineData("urn:epc:id:sscc:4012345.0000000333", "https://id.gs1.org/00/040123450000003338")]
    [InlineData("urn:epc:id:sgln:4012345.00005.0", "https://id.gs1.org/414/4012345000054")]
    [InlineData("urn:epc:id:sgln:4012345.00011.987", "https://id.gs1.org/414/4012345000115/254/987")]
    [InlineData("urn:epc:id:pgln:4012345.00000", "https://id.gs1.org/417/4012345000009")]
    [InlineData("urn:epc:id:giai:4000001.111", "https://id.gs1.org/8004/4000001111")]
    [InlineData("urn:epc:id:grai:4012345.66666.387", "https://id.gs1.org/8003/04012345666663387")]
    [InlineData("urn:epc:id:gdti:4012345.55555.498", "https://id.gs1.org/253/4012345555554498")]
    [InlineData("urn:epc:id:cpi:4012345.ABC.123", "https://id.gs1.org/8010/4012345ABC/8011/123")]
    [InlineData("urn:epc:id:sgtin:4012345.011111.a:b", "https://id.gs1.org/01/04012345111118/21/a%3Ab")]
    [InlineData("https://shop.example/de/01/4012345111118/10/L1/21/S1?17=261231", "https://id.gs1.org/01/04012345111118/21/S1")]
    [InlineData("https://example.com/gtin/04012345111118/lot/L1", "https://id.gs1.org/01/04012345111118/10/L1")]
    [InlineData("https://example.com/01/04012345111118/22/2A", "https://id.gs1.org/01/04012345111118")]
    public void Every_form_of_an_identifier_has_one_canonical_link(string form, string canonical) =>
        DigitalLink.Canonical(form).ShouldBe(canonical);

    [Theory]
    [InlineData("urn:epc:id:sgtin:4012345.01111.9876")]
    [InlineData("urn:epc:id:sgtin:40123x5.011111.9876")]
    [InlineData("urn:epc:id:sgtin:4012345.011111.")]
    [InlineData("urn:epc:id:sgtin:4012345.011111.123456789012345678901")]
    [InlineData("urn:epc:id:sscc:4012345.000000033")]
    [InlineData("urn:epc:id:lgtin:4012345.022222.L")]
    [InlineData("urn:epc:id:nothing:4012345.022222.L")]
    [InlineData("urn:epcglobal:cbv:bt:0614141073467:1152")]
    [InlineData("http://transaction.acme.com/po/12345678")]
    [InlineData("https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N")]
    [InlineData("https://id.gs1.org/01/04012345111")]
    [InlineData("https://id.gs1.org/01/04012345111118/99/x")]
    [InlineData("https://id.gs1.org/00/04012345000000333")]
    [InlineData("geo:47.506694,11.104301")]
    [InlineData("")]
    public void What_is_no_GS1_identifier_is_left_alone(string text) => DigitalLink.Canonical(text).ShouldBeNull();

    [Fact]
    public void A_canonical_link_is_its_own_canonical_form()
    {
        foreach (
            var link in (string[])
                [
                    "https://id.gs1.org/01/04012345111118/21/9876",
                    "https://id.gs1.org/00/040123450000003338",
                    "https://id.gs1.org/414/4012345000115/254/987",
                ]
        )
        {
            DigitalLink.Canonical(link).ShouldBe(link);
        }
    }

    [Theory]
    [InlineData("629104150021", '3')]
    [InlineData("37610425002123456", '9')]
    [InlineData("000000000000", '0')]
    public void Check_digits_are_those_of_the_general_specifications(string digits, char check) => Gs1.CheckDigit(digits).ShouldBe(check);

    [Fact]
    public void A_wrong_digit_is_noticed()
    {
        Gs1.IsValid("6291041500213", 13).ShouldBeTrue();
        Gs1.IsValid("6291041500214", 13).ShouldBeFalse();
        Gs1.IsValid("6291041500213", 14).ShouldBeFalse();
        Gs1.IsValid("62910415002x3", 13).ShouldBeFalse();
        Gs1.IsValid(null, 13).ShouldBeFalse();
    }
}
