using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Cockpit.Indicators.Transfer;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>Files that come in: whatever they are, a table or a coded refusal.</summary>
public sealed class TableTests
{
    static TableTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Fact]
    public void Chinese_is_read_in_the_encodings_that_are_met()
    {
        const string text = "规划代码,指标名称\r\nx,每千人口床位数\r\n";
        foreach (
            var bytes in (byte[][])
                [
                    Encoding.UTF8.GetBytes(text),
                    [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)],
                    Encoding.GetEncoding("GB18030").GetBytes(text),
                ]
        )
        {
            var rows = Table.Read(bytes);
            rows.Select(r => string.Join('|', r.Cells)).ShouldBe(["规划代码|指标名称", "x|每千人口床位数"]);
        }

        Refused([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]).ShouldBe("COC-0421");
        Refused([0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0]).ShouldBe("COC-0421");
    }

    [Fact]
    public void What_is_written_is_read_again_and_is_no_formula_on_the_way()
    {
        object?[][] rows =
        [
            ["title", "number", "nothing"],
            ["=1+1", 0.69m, null],
            ["'=cmd|' /C calc'!A0", -5m, "@SUM(A1)"],
            ["-3 beds", 100000000m, "\t+1"],
            ["plain, \"quoted\"\nand broken", 0m, "中医馆 & <b>"],
        ];
        var csv = TableWriter.Csv(rows);
        Read(csv).ShouldBe(Texts(rows));
        Encoding.UTF8.GetString(csv).ShouldContain("\n'=1+1,0.69,");
        Encoding.UTF8.GetString(csv).ShouldContain(",-5,'@SUM(A1)");
        var workbook = TableWriter.Workbook(rows, "data");
        Read(workbook).ShouldBe(Texts(rows));
        Part(workbook, "xl/worksheets/sheet1.xml").ShouldNotContain("<f>");
    }

    [Fact]
    public void Any_texts_survive_both_kinds_of_file()
    {
        var cells = Gen.Elements("", "a", "=x", "'", "''=x", "\"", ",", "\n", "中", "<&>", "1,5", "-", "'a", "+\"'", " b ");
        var tables = Gen.ArrayOf(Gen.ArrayOf(cells, 3), 4);
        Prop.ForAll(
                tables.ToArbitrary(),
                table =>
                {
                    object?[][] rows =
                    [
                        ["t1", "t2", "t3"],
                        .. table.Select(r => r.Cast<object?>().ToArray()),
                    ];
                    return Read(TableWriter.Csv(rows)).SequenceEqual(Texts(rows))
                        && Read(TableWriter.Workbook(rows, "s")).SequenceEqual(Texts(rows));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void A_workbook_as_Excel_writes_it_is_read_with_shared_strings_gaps_and_its_long_numbers()
    {
        var file = Zip(
            (
                "xl/workbook.xml",
                """<workbook xmlns="m" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="h" state="hidden" r:id="rId9"/><sheet name="指标" r:id="rId1"/></sheets></workbook>"""
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """<Relationships><Relationship Id="rId9" Target="worksheets/none.xml"/><Relationship Id="rId1" Target="/xl/worksheets/s.xml"/></Relationships>"""
            ),
            (
                "xl/sharedStrings.xml",
                """<sst><si><t>规划</t></si><si><r><t>床</t></r><r><t>位</t></r><rPh><t>chuang</t></rPh></si></sst>"""
            ),
            (
                "xl/worksheets/s.xml",
                """<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="4"><c r="A4"><v>0.68999999999999995</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" t="str"><f>A1&amp;"x"</f><v>规划x</v></c></row></sheetData></worksheet>"""
            )
        );
        var rows = Table.Read(file);
        rows.Select(r => (r.Number, string.Join('|', r.Cells))).ShouldBe([(1, "规划||床位"), (4, "0.69|true|规划x")]);
    }

    [Fact]
    public void A_number_that_the_sheet_shows_as_a_percentage_is_read_as_it_is_shown()
    {
        var file = Zip(
            (
                "xl/workbook.xml",
                """<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet r:id="a"/></sheets></workbook>"""
            ),
            ("xl/_rels/workbook.xml.rels", """<Relationships><Relationship Id="a" Target="s.xml"/></Relationships>"""),
            (
                "xl/styles.xml",
                """<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0%;[Red]-0.0%"/><numFmt numFmtId="165" formatCode="0&quot;%&quot;"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"""
            ),
            (
                "xl/s.xml",
                """<worksheet><sheetData><row><c><v>0.85</v></c><c s="1"><v>0.84999999999999998</v></c><c s="2"><v>-0.125</v></c><c s="3"><v>85</v></c><c s="1" t="str"><v>无</v></c></row></sheetData></worksheet>"""
            )
        );
        Table.Read(file)[0].Cells.ShouldBe(["0.85", "85%", "-12.5%", "85", "无"]);
    }

    [Theory]
    [InlineData("1", "COC-0435")]
    [InlineData("true", "COC-0435")]
    [InlineData("0", null)]
    [InlineData("false", null)]
    public void A_workbook_that_counts_days_from_1904_is_refused_and_no_day_is_four_years_off(string date1904, string? refusal)
    {
        var file = Zip(
            (
                "xl/workbook.xml",
                $"""<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="{date1904}"/><sheets><sheet r:id="a"/></sheets></workbook>"""
            ),
            ("xl/_rels/workbook.xml.rels", """<Relationships><Relationship Id="a" Target="s.xml"/></Relationships>"""),
            ("xl/s.xml", "<worksheet><sheetData><row><c><v>45000</v></c></row></sheetData></worksheet>")
        );
        if (refusal is null)
        {
            Table.Read(file)[0].Cells.ShouldBe(["45000"]);
        }
        else
        {
            Refused(file).ShouldBe(refusal);
        }
    }

    [Fact]
    public void A_bomb_a_cut_file_and_an_entity_are_refused()
    {
        var sheets =
            """<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet r:id="a"/></sheets></workbook>""";
        var relations = """<Relationships><Relationship Id="a" Target="s.xml"/></Relationships>""";
        var zeros = Zip(
            ("xl/workbook.xml", sheets),
            ("xl/_rels/workbook.xml.rels", relations),
            ("xl/s.xml", "<worksheet><sheetData>" + new string(' ', 200 << 20) + "</sheetData></worksheet>")
        );
        zeros.Length.ShouldBeLessThan(1 << 20);
        Refused(zeros).ShouldBe("COC-0422");
        Refused(
                Zip(
                    ("xl/workbook.xml", sheets),
                    ("xl/_rels/workbook.xml.rels", relations),
                    ("xl/s.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>")
                )
            )
            .ShouldBe("COC-0423");
        Refused(Zip(("nothing.txt", "x"))).ShouldBe("COC-0423");
        var whole = TableWriter.Workbook(
            [
                ["a"],
                ["b"],
            ],
            "s"
        );
        Refused(whole[..(whole.Length / 2)]).ShouldBe("COC-0423");
        Refused(
                Zip(
                    ("xl/workbook.xml", sheets),
                    ("xl/_rels/workbook.xml.rels", relations),
                    ("xl/s.xml", "<worksheet><row><c r=\"ZZZ1\"><v>1</v></c></row></worksheet>")
                )
            )
            .ShouldBe("COC-0423");
    }

    [Fact]
    public void Too_much_of_a_text_file_is_refused()
    {
        Refused(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 20_001)))).ShouldBe("COC-0424");
        Refused(Encoding.UTF8.GetBytes("a,b\n\"" + new string('x', 20_000))).ShouldBe("COC-0429");
    }

    [Fact]
    public void Bytes_at_random_are_a_table_or_a_coded_refusal()
    {
        var workbook = TableWriter.Workbook(
            [
                ["plan", "seq"],
                ["x", 1m],
            ],
            "s"
        );
        Prop.ForAll(
                Gen.Choose(0, workbook.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(b => (at, b))).ArrayOf().ToArbitrary(),
                changes =>
                {
                    var bytes = workbook.ToArray();
                    foreach (var (at, b) in changes)
                    {
                        bytes[at] = (byte)b;
                    }

                    return TakenOrRefused(bytes);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
        Prop.ForAll<byte[]>(bytes => TakenOrRefused(bytes ?? [])).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static bool TakenOrRefused(byte[] bytes)
    {
        try
        {
            return Table.Read(bytes) is not null;
        }
        catch (FaultException fault)
        {
            return fault.Code.StartsWith("COC-04", StringComparison.Ordinal);
        }
    }

    private static string Refused(byte[] file) => Should.Throw<FaultException>(() => Table.Read(file)).Code;

    private static IEnumerable<string> Read(byte[] file) => Table.Read(file).Select(r => string.Join('\u0001', r.Cells));

    private static IEnumerable<string> Texts(object?[][] rows) =>
        rows.Select(r => string.Join('\u0001', r.Select(c => Convert.ToString(c, System.Globalization.CultureInfo.InvariantCulture))));

    private static string Part(byte[] file, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static byte[] Zip(params (string Name, string Text)[] parts)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return memory.ToArray();
    }
}
