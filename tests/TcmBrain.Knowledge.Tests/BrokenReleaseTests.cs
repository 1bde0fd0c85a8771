namespace TcmBrain.Knowledge.Tests;

/// <summary>One broken row at a time: the release is refused, and file, line and reason are named.</summary>
public sealed class BrokenReleaseTests
{
    public static TheoryData<string, string, string, string> Edits =>
        new()
        {
            { ReleaseFiles.Herbs, "麻黄,ma huang", ",ma huang", "is empty" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,12,10,none", "is above dose_max_g" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,,10,none", "one end of the dose range" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,2,ten,none", "is not a weight in grams" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,2,10.0005,none", "is not a weight in grams" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,-2,10,none", "is not a weight in grams" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,2,10,deadly", "toxicity 'deadly' is not one of" },
            { ReleaseFiles.Herbs, "肺;膀胱,2,10,none", "肺;膀胱,2,10", "fields under a header" },
            { ReleaseFiles.Herbs, "桂枝,gui zhi", "麻黄,gui zhi", "麻黄 is there twice" },
            { ReleaseFiles.Herbs, ",ephedrine_precursor_control,", ",forbidden,", "regulatory 'forbidden' is not one of" },
            { ReleaseFiles.Aliases, "生地,生地黄,Y", "生地,生地王,Y", "name_zh '生地王' is not in herbs.csv" },
            { ReleaseFiles.Aliases, "干地黄,生地黄,Y", "生地,生地黄,Y", "生地 is there twice" },
            { ReleaseFiles.Aliases, "生地,生地黄,Y", "麻黄,生地黄,Y", "麻黄 is itself a piece" },
            { ReleaseFiles.Aliases, "生地,生地黄,Y,,", "生地,生地黄,N,,", "offers no candidates" },
            { ReleaseFiles.Aliases, "生地,生地黄,Y,,", "生地,生地黄,?,,", "auto_resolvable '?' is not one of" },
            { ReleaseFiles.Aliases, "生地,生地黄,Y,,", "地药,生马钱子,Y,,", "silently become the controlled toxic 生马钱子" },
            { ReleaseFiles.CombinedNames, "焦山楂;焦麦芽;焦六神曲,Y", "焦山楂,Y", "at least two" },
            { ReleaseFiles.CombinedNames, "焦山楂;焦麦芽;焦六神曲,Y", "焦山楂;制川乌,Y", "silently become the toxic 制川乌" },
            { ReleaseFiles.CombinedNames, "焦三仙,", "生地,", "生地 is already a piece, an alias or a combined name" },
            { ReleaseFiles.Incompatibilities, "乌头类,川乌,半夏类,半夏", "乌头类,川乌,半夏类,下半", "member_b '下半' is not in" },
            { ReleaseFiles.Incompatibilities, "乌头类,川乌,半夏类,生半夏", "乌头类,川乌,半夏类,半夏", "is there twice" },
            { ReleaseFiles.Incompatibilities, "乌头类,川乌,半夏类,半夏", "乌头类,川乌,半夏类,川乌", "not incompatible with itself" },
            { ReleaseFiles.Incompatibilities, "川乌,半夏类,半夏,十八反", "川乌,半夏类,半夏,二十反", "rule '二十反' is not one of" },
            { ReleaseFiles.Terms, "syndrome,B02.02.04.01.01.02", "syndrome,A02.02.04.01.01.02", "does not begin as a syndrome code" },
            { ReleaseFiles.Terms, "B02.02.05.01.04.01,风热犯表证", "B02.02.04.01.01.02,风热犯表证", "is there twice" },
            { ReleaseFiles.Formulas, "\"herb\": \"桂枝\"", "\"herb\": \"挂枝\"", "麻黄汤: 挂枝 is not in herbs.csv" },
            { ReleaseFiles.Formulas, "\"herb\": \"桂枝\"", "\"herb\": \"麻黄\"", "麻黄汤: 麻黄 is there twice" },
            { ReleaseFiles.Formulas, "\"dose_g\": 9", "\"dose_g\": 0", "麻黄汤: 麻黄 weighs 0 g" },
            { ReleaseFiles.Formulas, "\"dose_g\": 9", "\"dose_g\": \"9\"", "wrong kind" },
            {
                ReleaseFiles.Formulas,
                "\"syndrome_code\": \"B02.02.04.01.01.02\"",
                "\"syndrome_code\": \"B99\"",
                "'B99' is not in syndromes.csv"
            },
            { ReleaseFiles.Formulas, "\"szjg_code\": \"0600110017\"", "\"szjg_code\": \"0600110018\"", "check digit" },
            { ReleaseFiles.Formulas, "\"proportion\": \"decoction\"", "\"proportion\": \"soup\"", "proportion 'soup'" },
            { ReleaseFiles.Formulas, "\"contains_banned\": []", "\"contains_banned\": [\"麻黄\"]", "contains_banned does not match" },
            { ReleaseFiles.Customs, "半夏,法半夏", "半夏,生半夏", "does not list this piece" },
            { ReleaseFiles.Customs, "半夏,法半夏", "川乌,制川乌", "controlled raw piece is always asked" },
            { ReleaseFiles.PieceLists, "pills_powders,儿茶", "pills_powders,儿女茶", "'儿女茶' is not in" },
            { ReleaseFiles.PieceLists, "pills_powders,儿茶", "pills,儿茶", "list 'pills' is not one of" },
        };

    [Theory]
    [MemberData(nameof(Edits))]
    public void A_broken_row_is_refused_with_its_line(string file, string from, string to, string reason)
    {
        var files = ReleaseFiles.Embedded();
        var text = files.Text(file);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        at.ShouldBeGreaterThanOrEqualTo(0, $"{from} is not in {file}: the test lost its row");
        var line = text[..at].Count(x => x == '\n') + 1;

        var edited = string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length));
        var broken = Should.Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(file, edited)));

        var fault = broken.Faults.FirstOrDefault(x => x.File == file && x.Reason.Contains(reason));
        fault.Reason.ShouldNotBeNull($"{broken.Message}\ndoes not say: {reason}");
        if (file == ReleaseFiles.Formulas)
        {
            // The line of the formula, which begins at most a composition above the edit.
            fault.Line.ShouldBeInRange(1, line);
            line.ShouldBeLessThan(fault.Line + 60);
        }
        else
        {
            fault.Line.ShouldBe(line);
        }
        broken.Message.ShouldContain($"{file}:{fault.Line}:");
    }

    [Theory]
    [InlineData(ReleaseFiles.Herbs, "dose_max_g")]
    [InlineData(ReleaseFiles.Aliases, "auto_resolvable")]
    [InlineData(ReleaseFiles.Incompatibilities, "severity")]
    public void A_missing_column_is_refused(string file, string column)
    {
        var files = ReleaseFiles.Embedded();
        var text = files.Text(file);
        var edited = text[..text.IndexOf('\n')].Replace(column, "renamed") + text[text.IndexOf('\n')..];
        Should
            .Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(file, edited)))
            .Faults.ShouldContain(new ReleaseFault(file, 1, $"column {column} is missing"));
    }

    [Fact]
    public void A_lost_controlled_item_is_refused()
    {
        var files = ReleaseFiles.Embedded();
        var rows = files.Text(ReleaseFiles.Herbs).Split('\n').Where(x => !x.StartsWith("红升丹,"));
        Should
            .Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(ReleaseFiles.Herbs, string.Join('\n', rows))))
            .Message.ShouldContain("27 pieces carry toxic28, the official list has 28");
    }

    [Fact]
    public void A_processed_form_may_not_lose_a_pair_of_its_base()
    {
        var files = ReleaseFiles.Embedded();
        var rows = files.Text(ReleaseFiles.Incompatibilities).Split('\n').Where(x => !x.Contains(",炮附片,半夏类,法半夏,"));
        Should
            .Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(ReleaseFiles.Incompatibilities, string.Join('\n', rows))))
            .Message.ShouldContain("炮附片 lacks the pair of its base 附子 with 法半夏");
    }

    [Fact]
    public void A_processed_form_of_a_banned_piece_may_not_slip_out_of_the_ban()
    {
        var files = ReleaseFiles.Embedded();
        var rows = files.Text(ReleaseFiles.Herbs).Split('\n').Select(x => x.StartsWith("炮山甲,") ? x.Replace("withdrawn", "") : x);
        Should
            .Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(ReleaseFiles.Herbs, string.Join('\n', rows))))
            .Message.ShouldContain("a processed form of the banned 穿山甲 is banned as well");
    }

    [Fact]
    public void An_undeclared_pair_in_a_formula_is_refused()
    {
        var files = ReleaseFiles.Embedded();
        var text = files.Text(ReleaseFiles.Formulas);
        var at = text.IndexOf("\"herb\": \"桂枝\"", StringComparison.Ordinal);
        var edited = text[..at] + "\"herb\": \"海藻\"" + text[(at + "\"herb\": \"桂枝\"".Length)..];
        Should
            .Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(ReleaseFiles.Formulas, edited)))
            .Message.ShouldContain("is incompatible and not declared");
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("tcm-release-").FullName;
        try
        {
            foreach (
                var name in typeof(Catalogue)
                    .Assembly.GetManifestResourceNames()
                    .Where(x => x.EndsWith(".csv") || x.EndsWith(".json") || x.EndsWith(".txt"))
            )
            {
                using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream(name)!;
                using var file = File.Create(Path.Combine(folder, name));
                stream.CopyTo(file);
            }
            File.WriteAllBytes(Path.Combine(folder, ReleaseFiles.Aliases), [0x61, 0xFF, 0xFE, 0x0A]);
            Should
                .Throw<BrokenReleaseException>(() => Catalogue.Load(ReleaseFiles.FromFolder(folder)))
                .Faults.ShouldContain(new ReleaseFault(ReleaseFiles.Aliases, 0, "the file is not valid UTF-8"));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Every_fault_is_told_not_only_the_first()
    {
        var files = ReleaseFiles.Embedded();
        var text = files.Text(ReleaseFiles.Aliases).Replace("\n生地,生地黄,Y", "\n生地,甲,Y").Replace("\n干地黄,生地黄,Y", "\n干地黄,乙,Y");
        Should.Throw<BrokenReleaseException>(() => Catalogue.Load(files.With(ReleaseFiles.Aliases, text))).Faults.Length.ShouldBe(2);
    }
}
