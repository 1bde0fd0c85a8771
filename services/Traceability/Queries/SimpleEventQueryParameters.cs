using Microsoft.AspNetCore.Mvc;

namespace TcmBrain.Traceability.Queries;

/// <summary>
/// The parameters of SimpleEventQuery that have names of their own (EPCIS 2.0, 8.2.7.1), so that the OpenAPI document tells them one by one. Those
/// with a type, unit or field in their name (EQ_bizTransaction_TYPE, GE_value_UOM, EQ_ + field, …) come beside them. They are read by
/// <see cref="Simple.EventQuery"/> as they stand in the address: several values are alternatives, divided by | or repeated.
/// </summary>
internal sealed class SimpleEventQueryParameters
{
    [FromQuery(Name = "eventType")]
    public string? EventType { get; init; }

    [FromQuery(Name = "GE_eventTime")]
    public string? GeEventTime { get; init; }

    [FromQuery(Name = "LT_eventTime")]
    public string? LtEventTime { get; init; }

    [FromQuery(Name = "GE_recordTime")]
    public string? GeRecordTime { get; init; }

    [FromQuery(Name = "LT_recordTime")]
    public string? LtRecordTime { get; init; }

    [FromQuery(Name = "EQ_action")]
    public string? EqAction { get; init; }

    [FromQuery(Name = "EQ_bizStep")]
    public string? EqBizStep { get; init; }

    [FromQuery(Name = "EQ_disposition")]
    public string? EqDisposition { get; init; }

    [FromQuery(Name = "EQ_persistentDisposition_set")]
    public string? EqPersistentDispositionSet { get; init; }

    [FromQuery(Name = "EQ_persistentDisposition_unset")]
    public string? EqPersistentDispositionUnset { get; init; }

    [FromQuery(Name = "EQ_readPoint")]
    public string? EqReadPoint { get; init; }

    [FromQuery(Name = "WD_readPoint")]
    public string? WdReadPoint { get; init; }

    [FromQuery(Name = "EQ_bizLocation")]
    public string? EqBizLocation { get; init; }

    [FromQuery(Name = "WD_bizLocation")]
    public string? WdBizLocation { get; init; }

    [FromQuery(Name = "EQ_transformationID")]
    public string? EqTransformationID { get; init; }

    [FromQuery(Name = "EQ_eventID")]
    public string? EqEventID { get; init; }

    [FromQuery(Name = "MATCH_epc")]
    public string? MatchEpc { get; init; }

    [FromQuery(Name = "MATCH_parentID")]
    public string? MatchParentID { get; init; }

    [FromQuery(Name = "MATCH_inputEPC")]
    public string? MatchInputEPC { get; init; }

    [FromQuery(Name = "MATCH_outputEPC")]
    public string? MatchOutputEPC { get; init; }

    [FromQuery(Name = "MATCH_anyEPC")]
    public string? MatchAnyEPC { get; init; }

    [FromQuery(Name = "MATCH_epcClass")]
    public string? MatchEpcClass { get; init; }

    [FromQuery(Name = "MATCH_inputEPCClass")]
    public string? MatchInputEPCClass { get; init; }

    [FromQuery(Name = "MATCH_outputEPCClass")]
    public string? MatchOutputEPCClass { get; init; }

    [FromQuery(Name = "MATCH_anyEPCClass")]
    public string? MatchAnyEPCClass { get; init; }

    [FromQuery(Name = "EQ_quantity")]
    public string? EqQuantity { get; init; }

    [FromQuery(Name = "GT_quantity")]
    public string? GtQuantity { get; init; }

    [FromQuery(Name = "GE_quantity")]
    public string? GeQuantity { get; init; }

    [FromQuery(Name = "LT_quantity")]
    public string? LtQuantity { get; init; }

    [FromQuery(Name = "LE_quantity")]
    public string? LeQuantity { get; init; }

    [FromQuery(Name = "EXISTS_errorDeclaration")]
    public string? ExistsErrorDeclaration { get; init; }

    [FromQuery(Name = "GE_errorDeclarationTime")]
    public string? GeErrorDeclarationTime { get; init; }

    [FromQuery(Name = "LT_errorDeclarationTime")]
    public string? LtErrorDeclarationTime { get; init; }

    [FromQuery(Name = "EQ_errorReason")]
    public string? EqErrorReason { get; init; }

    [FromQuery(Name = "EQ_correctiveEventID")]
    public string? EqCorrectiveEventID { get; init; }

    [FromQuery(Name = "EXISTS_sensorElementList")]
    public string? ExistsSensorElementList { get; init; }

    [FromQuery(Name = "EQ_type")]
    public string? EqType { get; init; }

    [FromQuery(Name = "EQ_exception")]
    public string? EqException { get; init; }

    [FromQuery(Name = "EQ_deviceID")]
    public string? EqDeviceID { get; init; }

    [FromQuery(Name = "EQ_dataProcessingMethod")]
    public string? EqDataProcessingMethod { get; init; }

    [FromQuery(Name = "EQ_bizRules")]
    public string? EqBizRules { get; init; }

    [FromQuery(Name = "EQ_microorganism")]
    public string? EqMicroorganism { get; init; }

    [FromQuery(Name = "EQ_chemicalSubstance")]
    public string? EqChemicalSubstance { get; init; }

    [FromQuery(Name = "EQ_component")]
    public string? EqComponent { get; init; }

    [FromQuery(Name = "EQ_stringValue")]
    public string? EqStringValue { get; init; }

    [FromQuery(Name = "EQ_booleanValue")]
    public string? EqBooleanValue { get; init; }

    [FromQuery(Name = "EQ_hexBinaryValue")]
    public string? EqHexBinaryValue { get; init; }

    [FromQuery(Name = "EQ_uriValue")]
    public string? EqUriValue { get; init; }

    [FromQuery(Name = "GE_time")]
    public string? GeTime { get; init; }

    [FromQuery(Name = "LT_time")]
    public string? LtTime { get; init; }

    [FromQuery(Name = "GE_startTime")]
    public string? GeStartTime { get; init; }

    [FromQuery(Name = "LT_startTime")]
    public string? LtStartTime { get; init; }

    [FromQuery(Name = "GE_endTime")]
    public string? GeEndTime { get; init; }

    [FromQuery(Name = "LT_endTime")]
    public string? LtEndTime { get; init; }

    [FromQuery(Name = "EQ_percRank")]
    public string? EqPercRank { get; init; }

    [FromQuery(Name = "GT_percRank")]
    public string? GtPercRank { get; init; }

    [FromQuery(Name = "GE_percRank")]
    public string? GePercRank { get; init; }

    [FromQuery(Name = "LT_percRank")]
    public string? LtPercRank { get; init; }

    [FromQuery(Name = "LE_percRank")]
    public string? LePercRank { get; init; }

    [FromQuery(Name = "orderBy")]
    public string? OrderBy { get; init; }

    [FromQuery(Name = "orderDirection")]
    public string? OrderDirection { get; init; }

    [FromQuery(Name = "eventCountLimit")]
    public string? EventCountLimit { get; init; }

    [FromQuery(Name = "maxEventCount")]
    public string? MaxEventCount { get; init; }

    [FromQuery(Name = "perPage")]
    public string? PerPage { get; init; }

    [FromQuery(Name = "nextPageToken")]
    public string? NextPageToken { get; init; }
}
