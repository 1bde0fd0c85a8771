using System.Collections.Frozen;

namespace TcmBrain.Traceability.Events;

/// <summary>The bare words of CBV 2.0 and of the EPCIS 2.0 JSON schema.</summary>
public static class CbvWords
{
    public static readonly FrozenSet<string> EventTypes = Set(
        "ObjectEvent AggregationEvent TransactionEvent TransformationEvent AssociationEvent"
    );

    /// <summary>CBV 2.0, 7.1.</summary>
    public static readonly FrozenSet<string> BizSteps = Set(
        """
        accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning departing
        destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other packing picking
        receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound
        stock_taking stocking storing transporting unloading unpacking void_shipping
        """
    );

    /// <summary>CBV 2.0, 7.2.</summary>
    public static readonly FrozenSet<string> Dispositions = Set(
        """
        active available completeness_inferred completeness_verified conformant container_closed container_open damaged destroyed dispensed
        disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
        no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned sellable_accessible
        sellable_not_accessible stolen unavailable unknown
        """
    );

    /// <summary>CBV 2.0, 7.3.</summary>
    public static readonly FrozenSet<string> BizTransactionTypes = Set(
        "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
    );

    /// <summary>CBV 2.0, 7.4.</summary>
    public static readonly FrozenSet<string> SourceDestinationTypes = Set("owning_party possessing_party location");

    /// <summary>CBV 2.0, 7.5.</summary>
    public static readonly FrozenSet<string> ErrorReasons = Set("did_not_occur incorrect_data");

    public static readonly FrozenSet<string> Components = Set(
        "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude"
    );

    public static readonly FrozenSet<string> SensorAlerts = Set("ALARM_CONDITION ERROR_CONDITION");

    /// <summary>GS1 Web Vocabulary, MeasurementType.</summary>
    public static readonly FrozenSet<string> Measurements = Set(
        """
        AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume
        Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density Dimensionless
        DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy
        Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
        LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime
        MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity RelativeHumidity
        Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume
        VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
        """
    );

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
