// SPDX-License-Identifier: GPL-2.0
/*
 * The Pi's supply, as its firmware watches it.
 *
 * Debian does not build the kernel's raspberrypi-hwmon, for which the firmware's driver makes a device on every Pi whose
 * firmware can tell. So this one takes that device. It goes by the same name, rpi_volt, and has the same attribute:
 * in0_lcrit_alarm is 1 when the supply was below 4.63 V at any time since the machine was switched on. The kernel's
 * driver clears the firmware's memory every two seconds and so forgets a dip at once; here it stays until the next start,
 * for a dip lasts milliseconds and somebody looks once a month. in0_alarm is 1 while the supply is below at this moment.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/hwmon.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

#define LOW_NOW BIT(0)
#define LOW_SINCE_START BIT(16)

static umode_t is_visible(const void *data, enum hwmon_sensor_types type, u32 attribute, int channel)
{
	return 0444;
}

static int read(struct device *device, enum hwmon_sensor_types type, u32 attribute, int channel, long *value)
{
	u32 bits = 0; /* asked with ones here, the firmware would forget what it saw */
	int failed = rpi_firmware_property(dev_get_drvdata(device), RPI_FIRMWARE_GET_THROTTLED, &bits, sizeof(bits));

	if (!failed)
		*value = !!(bits & (attribute == hwmon_in_alarm ? LOW_NOW : LOW_NOW | LOW_SINCE_START));
	return failed;
}

static const struct hwmon_ops operations = {
	.is_visible = is_visible,
	.read = read,
};

static const struct hwmon_channel_info *const channels[] = {
	HWMON_CHANNEL_INFO(in, HWMON_I_ALARM | HWMON_I_LCRIT_ALARM),
	NULL,
};

static const struct hwmon_chip_info chip = {
	.ops = &operations,
	.info = channels,
};

static int probe(struct platform_device *device)
{
	struct device *hwmon = devm_hwmon_device_register_with_info(&device->dev, "rpi_volt",
			dev_get_drvdata(device->dev.parent), &chip, NULL);

	return PTR_ERR_OR_ZERO(hwmon);
}

static struct platform_driver supply = {
	.probe = probe,
	.driver = {
		.name = "raspberrypi-hwmon",
	},
};
module_platform_driver(supply);

MODULE_ALIAS("platform:raspberrypi-hwmon");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Undervoltage of a Raspberry Pi, as its firmware saw it");
